//! Ready mappings: exports that are known by their headers, and what each of their columns is.

use super::conventions::EndIs;
use super::field::Field;
use super::kind::SheetKind;
use super::text::fold;

/// An export of a known program, or a report that goes around.
#[derive(Debug)]
pub struct Ready {
    pub key: &'static str,
    /// The name for people.
    pub label: &'static str,
    pub kind: SheetKind,
    pub end_is: EndIs,
    /// Headers that together tell the file.
    known_by: &'static [&'static str],
    /// None: people change such a sheet, so its columns are guessed.
    columns: &'static [(&'static str, Field)],
}

impl Ready {
    /// Whether the columns are to be guessed, with the rows at hand.
    pub const fn is_guessed(&self) -> bool {
        self.columns.is_empty()
    }

    /// The field of every column; one that the export does not explain is left out.
    pub fn fields(&self, headers: &[String]) -> Vec<Field> {
        let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        let mut fields = vec![Field::Ignore; headers.len()];
        // In the order of the mapping: a start date goes before the day on which the deal was closed.
        for (known, field) in self.columns {
            let place = folded.iter().position(|header| *header == fold(known));
            if let Some(place) = place.filter(|_| !fields.contains(field)) {
                fields[place] = *field;
            }
        }
        fields
    }
}

/// The ready mapping that knows these headers.
pub fn ready(headers: &[String]) -> Option<&'static Ready> {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    READY.iter().find(|ready| ready.known_by.iter().all(|known| folded.contains(&fold(known))))
}

#[rustfmt::skip]
pub static READY: &[Ready] = &[
    Ready { key: "progress_report", label: "Progress report", kind: SheetKind::Accounts, end_is: EndIs::LastDay,
        known_by: &["Account", "Effectively launched", "Generate ROI", "ROI recognized", "Customer monetizes",
            "Valued strategic partner", "Delta ARR"],
        columns: &[] },
    Ready { key: "salesforce_opportunities", label: "Salesforce opportunities", kind: SheetKind::Contracts,
        end_is: EndIs::LastDay, known_by: &["Opportunity ID", "Account Name", "Amount"],
        columns: &[("Account Name", Field::Name), ("Account ID", Field::ExternalId), ("Opportunity ID", Field::ContractId),
            ("Opportunity Name", Field::ContractName), ("Start Date", Field::StartOn), ("Contract Start Date", Field::StartOn),
            ("Close Date", Field::StartOn), ("End Date", Field::EndOn), ("Contract End Date", Field::EndOn),
            ("Amount", Field::Arr), ("Amount Currency", Field::Currency), ("Description", Field::Note)] },
    Ready { key: "salesforce_contracts", label: "Salesforce contracts", kind: SheetKind::Contracts, end_is: EndIs::LastDay,
        known_by: &["Contract Number", "Account Name", "Contract Start Date"],
        columns: &[("Account Name", Field::Name), ("Account ID", Field::ExternalId), ("Contract Number", Field::ContractId),
            ("Contract Name", Field::ContractName), ("Contract Start Date", Field::StartOn),
            ("Contract End Date", Field::EndOn), ("ARR", Field::Arr), ("Annual Recurring Revenue", Field::Arr),
            ("Annual Contract Value", Field::Arr), ("Contract Currency", Field::Currency), ("Description", Field::Note)] },
    Ready { key: "salesforce_accounts", label: "Salesforce accounts", kind: SheetKind::Accounts, end_is: EndIs::LastDay,
        known_by: &["Account Name", "Account ID", "Account Owner"],
        columns: &[("Account Name", Field::Name), ("Account ID", Field::ExternalId), ("Account Owner", Field::Associate),
            ("Industry", Field::Industry), ("Billing Country", Field::Geography),
            ("ARR", Field::ArrYtd)] },
    Ready { key: "hubspot_companies", label: "HubSpot companies", kind: SheetKind::Accounts, end_is: EndIs::LastDay,
        known_by: &["Record ID", "Company name", "Company owner"],
        columns: &[("Record ID", Field::ExternalId), ("Company name", Field::Name), ("Company owner", Field::Associate),
            ("Industry", Field::Industry), ("Country/Region", Field::Geography), ("ARR", Field::ArrYtd), ("MRR", Field::Mrr)] },
    Ready { key: "vitally_accounts", label: "Vitally accounts", kind: SheetKind::Accounts, end_is: EndIs::LastDay,
        known_by: &["name", "externalId", "mrr", "nextRenewalDate"],
        columns: &[("name", Field::Name), ("externalId", Field::ExternalId), ("mrr", Field::Mrr),
            ("nextRenewalDate", Field::EndOn), ("healthScore", Field::Overall), ("csm", Field::Associate),
            ("industry", Field::Industry), ("country", Field::Geography)] },
    Ready { key: "ravenstack_accounts", label: "RavenStack accounts", kind: SheetKind::Accounts, end_is: EndIs::LastDay,
        known_by: &["account_id", "account_name", "signup_date", "plan_tier", "churn_flag"],
        columns: &[("account_id", Field::ExternalId), ("account_name", Field::Name), ("industry", Field::Industry),
            ("country", Field::Geography)] },
    Ready { key: "ravenstack_subscriptions", label: "RavenStack subscriptions", kind: SheetKind::Contracts,
        end_is: EndIs::FirstDayWithout, known_by: &["subscription_id", "account_id", "start_date", "arr_amount", "is_trial"],
        columns: &[("subscription_id", Field::ContractId), ("account_id", Field::ExternalId),
            ("start_date", Field::StartOn), ("end_date", Field::EndOn), ("plan_tier", Field::ContractName),
            ("arr_amount", Field::Arr), ("mrr_amount", Field::Mrr), ("is_trial", Field::LeaveOut)] },
];
