//! ARR from one day to another: clients with their subsidiaries, as far as somebody may see them, and their movements.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::ledger::{Bridge, Concentration, Part, Standing, bridge, concentration};
use mainstay_rules::progress::fiscal_year;
use uuid::Uuid;

use crate::account::store::{
    self as accounts, ListedMovement, MovementPlace, MovementsWanted, Rates, Window, account_names,
};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// Clients that the concentration names.
const NAMED: usize = 5;

/// Two days, and who looks from where.
#[derive(Clone, Debug)]
pub struct Span {
    pub workspace: std::sync::Arc<Workspace>,
    pub viewer: Uuid,
    /// Its own movements are in the opening balance.
    pub from: Date,
    pub to: Date,
}

/// A client with most of the ARR.
pub struct Named {
    pub id: Uuid,
    pub name: String,
    pub arr_minor: i64,
}

/// What a report about two days says.
pub struct Arr {
    pub bridge: Bridge,
    pub concentration: Option<Concentration>,
    pub largest: Vec<Named>,
    /// Accounts that the viewer may see and that had ARR on either day or moved in between.
    pub covered: i64,
    pub rates_year: i64,
}

/// Clients by their topmost account, and the accounts of each.
struct Clients {
    standings: HashMap<Uuid, Standing>,
    members: HashMap<Uuid, Vec<Uuid>>,
    covered: i64,
}

impl Span {
    /// Balances and movements alike count at the rates of the fiscal year of the last day.
    fn rates(&self, tx: &mut Tx<'_>) -> Result<(i64, Rates), Fault> {
        let year = i64::from(fiscal_year(self.to, self.workspace.fiscal_year_start_month));
        Ok((year, Rates::of(tx, &self.workspace, year)?))
    }

    fn window<'a>(&self, rates: &'a Rates) -> Window<'a> {
        Window {
            workspace: self.workspace.id,
            home: self.workspace.currency,
            viewer: self.viewer,
            from: self.from,
            to: self.to,
            rates,
        }
    }

    fn clients(&self, tx: &mut Tx<'_>, rates: &Rates) -> Result<Clients, Fault> {
        let sums = accounts::arr_sums(tx, &self.window(rates))?;
        let topmost = accounts::topmost(tx, self.workspace.id, self.viewer)?;
        let mut clients = Clients { standings: HashMap::new(), members: HashMap::new(), covered: 0 };
        let mut came: HashSet<Uuid> = HashSet::new();
        for (account, sum) in sums {
            let moved = sum.came || sum.returned || sum.price_minor != 0;
            clients.covered += i64::from(sum.start_minor != 0 || sum.end_minor != 0 || moved);
            let client = topmost.get(&account).copied().unwrap_or(account);
            let standing = clients.standings.entry(client).or_default();
            standing.start_minor = standing.start_minor.saturating_add(sum.start_minor);
            standing.end_minor = standing.end_minor.saturating_add(sum.end_minor);
            standing.price_minor = standing.price_minor.saturating_add(sum.price_minor);
            standing.returns |= sum.returned;
            if sum.came {
                came.insert(client);
            }
            clients.members.entry(client).or_default().push(account);
        }
        // Who came for the first time in these days does not return in them.
        for client in came {
            if let Some(standing) = clients.standings.get_mut(&client) {
                standing.returns = false;
            }
        }
        Ok(clients)
    }

    pub fn report(&self, tx: &mut Tx<'_>) -> Result<Arr, Fault> {
        let (rates_year, rates) = self.rates(tx)?;
        let clients = self.clients(tx, &rates)?;
        let ends = || clients.standings.iter().map(|(client, standing)| (*client, standing.end_minor));
        let mut largest: Vec<(Uuid, i64)> = ends().filter(|(_, minor)| *minor > 0).collect();
        largest.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        largest.truncate(NAMED);
        let ids: Vec<Uuid> = largest.iter().map(|(id, _)| *id).collect();
        let names = account_names(tx, self.workspace.id, &ids)?;
        let with_name = |(id, arr_minor): (Uuid, i64)| Some(Named { id, name: names.get(&id)?.clone(), arr_minor });
        Ok(Arr {
            bridge: bridge(clients.standings.values().copied()),
            concentration: concentration(ends().map(|(_, minor)| minor)),
            largest: largest.into_iter().filter_map(with_name).collect(),
            covered: clients.covered,
            rates_year,
        })
    }

    /// A page of movements, the newest first; with a part only those of the clients who stand in it.
    pub fn movements(
        &self,
        tx: &mut Tx<'_>,
        wanted: &MovementsWanted,
        part: Option<Part>,
        after: Option<&MovementPlace>,
        limit: i64,
    ) -> Result<(Vec<ListedMovement>, Rates), Fault> {
        let (_, rates) = self.rates(tx)?;
        let window = self.window(&rates);
        let Some(part) = part else {
            let page = accounts::movement_page(tx, &window, wanted, after, limit)?;
            return Ok((page, rates));
        };
        let clients = self.clients(tx, &rates)?;
        let within: Vec<Uuid> = clients
            .members
            .iter()
            .filter(|(client, _)| clients.standings.get(client).is_some_and(|standing| standing.part() == part))
            .flat_map(|(_, members)| members.iter().copied())
            .collect();
        let wanted = MovementsWanted { within: Some(within), ..wanted.clone() };
        let found = accounts::movement_page(tx, &window, &wanted, after, limit)?;
        Ok((found, rates))
    }
}
