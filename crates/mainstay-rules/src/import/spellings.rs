//! The headers that people give to the columns of a progress report, folded (see `text`).

use super::field::Field;
use super::kind::SheetKind;

/// Usual headers (the whole header), and phrases that tell the field wherever they stand; parted
/// by strokes.
pub(super) fn spellings(kind: SheetKind, field: Field) -> (&'static str, &'static str) {
    let table = match kind {
        SheetKind::Accounts => SPELLINGS,
        SheetKind::Contracts => CONTRACT_SPELLINGS,
        SheetKind::Scores => SCORE_SPELLINGS,
    };
    let found = table.iter().find(|(known, ..)| *known == field);
    found.map_or(("", ""), |(_, exact, held)| (exact, held))
}

const ACCOUNT_NAMES: &str = "account|account name|customer|customer name|client|client name|company|company name|\
    kunde|kundenname|cliente|konto|organisation|organization|compte|firma|societe|associated company";
const ACCOUNT_IDS: &str = "account id|customer id|client id|company id|crm id|account external id|external account id|\
    account number|account no|customer number|customer no|kundennummer|kunden nr|external id|externalid|\
    associated company id|account ref|accountid";
const NOTES: &str = "note|notes|comment|comments|remark|remarks|notiz|bemerkung|kommentar|commentaire";

#[rustfmt::skip]
static CONTRACT_SPELLINGS: &[(Field, &str, &str)] = &[
    (Field::Name, ACCOUNT_NAMES, "account name|customer name|client name|company name"),
    (Field::ExternalId, ACCOUNT_IDS, "account id|customer id|client id|company id"),
    (Field::ContractId,
     "contract id|contract no|contract number|contract external id|subscription id|opportunity id|order id|id|deal id|\
      record id|agreement id|vertragsnummer|vertrag nr|order number|quote id|contractid",
     "contract id|contract number|subscription id|opportunity id|agreement id"),
    (Field::ContractName,
     "contract|contract name|agreement|agreement name|subscription|subscription name|opportunity name|opportunity|\
      deal name|deal|product|product name|plan|plan name|plan tier|vertrag|name",
     "contract name|subscription name|opportunity name|deal name"),
    (Field::StartOn,
     "start|starts|start date|starts on|start on|from|begin|begin date|begins|contract start|contract start date|\
      subscription start|subscription start date|effective date|effective from|valid from|term start|service start date|\
      beginn|vertragsbeginn|startdatum|laufzeit von|date de debut|fecha de inicio|data di inizio",
     "start date|contract start|subscription start|term start"),
    (Field::EndOn,
     "end|ends|end date|ends on|end on|to|until|contract end|contract end date|subscription end|subscription end date|\
      valid to|valid until|term end|service end date|expiry|expiry date|expiration date|expires|ende|vertragsende|\
      enddatum|laufzeit bis|date de fin|fecha de fin|data di fine",
     "end date|contract end|subscription end|term end|expiration date"),
    (Field::Arr,
     "arr|arr amount|annual recurring revenue|annual contract value|acv|annual value|annual amount|yearly amount|\
      yearly value|amount per year|jahreswert|annualized amount",
     "arr|annual recurring revenue|annual contract value"),
    (Field::Mrr,
     "mrr|mrr amount|monthly recurring revenue|monthly value|monthly amount|amount per month|monatswert",
     "mrr|monthly recurring revenue"),
    (Field::Currency, "currency|contract currency|currency code|wahrung|devise|moneda|currencyisocode", "currency"),
    (Field::LeaveOut, "is trial|trial|is test|test|is deleted|deleted|istrial", "is trial|is deleted"),
    (Field::Note, NOTES, "notes|comments|comment|remarks"),
];

#[rustfmt::skip]
static SCORE_SPELLINGS: &[(Field, &str, &str)] = &[
    (Field::Name, ACCOUNT_NAMES, "account name|customer name|client name|company name"),
    (Field::ExternalId, ACCOUNT_IDS, "account id|customer id|client id|company id"),
    (Field::Metric,
     "metric|metric key|metric name|step|step name|step key|sub metric|submetric|criterion|indicator|measure|kpi|\
      dimension|question|kriterium|kennzahl",
     "metric|step"),
    (Field::Score,
     "score|value|score value|rating|result|points|note 0 10|bewertung|punkte|wert|puntuacion|answer",
     "score|rating"),
    (Field::ScoredOn,
     "date|scored on|scored at|score date|on|as of|effective at|effective on|measured on|measured at|day|datum|fecha|\
      recorded on|recorded at|created at|timestamp|week",
     "score date|scored on|as of"),
    (Field::Note, NOTES, "notes|comments|comment|remarks"),
    (Field::Evidence, "evidence|evidence url|link|url|evidence link|proof|source", "evidence|link"),
    (Field::By,
     "by|scored by|user|author|recorded by|who|owner|rated by|e mail|email|von|person",
     "scored by|recorded by|rated by"),
];

#[rustfmt::skip]
static SPELLINGS: &[(Field, &str, &str)] = &[
    (Field::Name,
     "account|account name|name|customer|customer name|client|client name|company|\
      company name|kunde|kundenname|client s name|cliente|konto|key account|organisation|\
      organization|logo|compte|firma|societe",
     "account name|customer name|client name|company name|key account"),
    (Field::ExternalId,
     "id|external id|externalid|record id|account id|customer id|client id|crm id|salesforce id|sfdc id|\
      hubspot id|account number|account no|customer number|customer no|kundennummer|\
      kunden nr|reference|ref|key|external key",
     "external id|account id|customer id|crm id|salesforce id|hubspot id"),
    (Field::Associate,
     "sales associate|associate|sales rep|rep|salesperson|sales person|am|account manager|\
      kam|key account manager|owner|account owner|company owner|csm|ae|account executive|sales|responsible|\
      betreuer|vertrieb|commercial|sales owner|manager|customer success manager|\
      verantwortlich|vendedor",
     "sales associate|sales rep|account manager|account owner|salesperson"),
    (Field::EndOn,
     "end date|end|ends|nextrenewaldate|account end date|contract end|contract end date|renewal|renewal date|\
      renews|expiry|expiry date|expiration|expires|expiration date|contract expiration|\
      end of contract|vertragsende|enddatum|laufzeit bis|date de fin|fecha de fin|end on|\
      contract until|until",
     "end date|renewal date|expiry|expiration|contract end|renewal"),
    (Field::Type,
     "type|account type|typ|tier|customer type|client type|kontotyp|kundentyp|account tier|t|\
      acct type|tipo",
     "account type|account tier"),
    (Field::Launched,
     "launched|launch|effectively launched|effective launch|step 1|s1|adoption|eff launched|\
      effectively launched launched",
     "effectively launched|step 1|launched"),
    (Field::RoiGenerated,
     "generate roi|roi generated|generates roi|generating roi|roi generation|step 2|s2|roi|\
      gen roi",
     "generate roi|roi generated|generates roi|step 2"),
    (Field::RoiRecognized,
     "roi recognized|roi recognised|recognized roi|recognised roi|roi recognition|\
      recognize roi|recognise roi|step 3|s3|roi rec",
     "roi recognized|roi recognised|roi recognition|step 3"),
    (Field::Monetizes,
     "customer monetizes|customer monetises|monetizes|monetises|monetization|monetisation|\
      customer monetization|customer monetisation|monetize|monetise|step 4|s4|monetized|\
      monetised",
     "customer monetizes|customer monetises|monetization|monetisation|step 4"),
    (Field::StrategicPartner,
     "valued strategic partner|strategic partner|partner|strategic partnership|\
      valued partner|partnership|step 5|s5|strat partner",
     "strategic partner|strategic partnership|step 5"),
    (Field::Overall,
     "overall|overall score|healthscore|health score|score|total score|average|gesamt|overall avg",
     "overall"),
    (Field::ArrLastYear,
     "last year arr|last years arr|last year s arr|arr last year|ly arr|arr ly|\
      prior year arr|py arr|arr py|previous year arr|opening arr|arr prior year|\
      arr previous year|arr vorjahr|vorjahr|starting arr|last year|arr start of year|\
      annual recurring revenue|arr",
     "last year|prior year|previous year|opening arr|vorjahr"),
    (Field::ArrDeltaTarget,
     "delta arr|arr delta|delta target|delta arr target|arr delta target|target delta|\
      arr target increase|target increase|wanted increase|growth target|arr growth target|\
      increase target|delta|target|arr target|arr increase|planned increase",
     "delta arr|arr delta|delta target|target increase|growth target"),
    (Field::ArrYtd,
     "ytd|arr ytd|ytd arr|year to date|arr year to date|year to date arr|current arr|arr now|\
      arr current|arr today|this year arr|actual arr|arr this year|arr actual|ytd actual|\
      aktueller arr|ty arr",
     "ytd|year to date|current arr|this year"),
    (Field::Mrr, "mrr|monthly recurring revenue", "mrr"),
    (Field::Progress,
     "progress|progress to target|attainment|of target|fortschritt|achieved",
     "progress|attainment"),
    (Field::Industry,
     "industry|branche|sector|industrie|industria",
     "industry"),
    (Field::Vertical,
     "vertical|segment|market segment|vertikale",
     "vertical"),
    (Field::Geography,
     "geography|region|country|country region|billing country|geo|territory|land|market|pays|area|location|pais|paese",
     "geography|region|country|territory"),
    (Field::Note,
     "note|notes|comment|comments|remark|remarks|notiz|bemerkung|kommentar|commentaire|\
      next steps|action items|status note",
     "notes|comments|comment|remarks"),
];
