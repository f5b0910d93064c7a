//! The headers that people give to the columns of a progress report, folded (see `text`).

use super::field::Field;

/// Usual headers (the whole header), and phrases that tell the field wherever they stand; parted
/// by strokes.
pub(super) fn spellings(field: Field) -> (&'static str, &'static str) {
    let found = SPELLINGS.iter().find(|(known, ..)| *known == field);
    found.map_or(("", ""), |(_, exact, held)| (exact, held))
}

#[rustfmt::skip]
static SPELLINGS: &[(Field, &str, &str)] = &[
    (Field::Name,
     "account|account name|name|customer|customer name|client|client name|company|\
      company name|kunde|kundenname|client s name|cliente|konto|key account|organisation|\
      organization|logo|compte|firma|societe",
     "account name|customer name|client name|company name|key account"),
    (Field::ExternalId,
     "id|external id|account id|customer id|client id|crm id|salesforce id|sfdc id|\
      hubspot id|account number|account no|customer number|customer no|kundennummer|\
      kunden nr|reference|ref|key|external key",
     "external id|account id|customer id|crm id|salesforce id|hubspot id"),
    (Field::Associate,
     "sales associate|associate|sales rep|rep|salesperson|sales person|am|account manager|\
      kam|key account manager|owner|account owner|csm|ae|account executive|sales|responsible|\
      betreuer|vertrieb|commercial|sales owner|manager|customer success manager|\
      verantwortlich|vendedor",
     "sales associate|sales rep|account manager|account owner|salesperson"),
    (Field::EndOn,
     "end date|end|ends|account end date|contract end|contract end date|renewal|renewal date|\
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
     "overall|overall score|score|total score|average|gesamt|overall avg",
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
     "geography|region|country|geo|territory|land|market|pays|area|location|pais|paese",
     "geography|region|country|territory"),
    (Field::Note,
     "note|notes|comment|comments|remark|remarks|notiz|bemerkung|kommentar|commentaire|\
      next steps|action items|status note",
     "notes|comments|comment|remarks"),
];
