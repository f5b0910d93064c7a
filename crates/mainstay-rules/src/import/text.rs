//! Words as people write them: blanks, accents, the names of months.

/// Characters of a cell that a message repeats.
const SHOWN_CHARS_MAX: usize = 40;

/// Words that say "nothing here".
const BLANKS: [&str; 12] =
    ["n/a", "na", "#n/a", "n.a.", "n.a", "none", "null", "nil", "tbd", "tbc", "unknown", "not scored"];

/// A cell that says "nothing": empty, a dash, or one of the usual words.
pub fn is_blank(cell: &str) -> bool {
    let cell = cell.trim();
    if cell.chars().all(|c| matches!(c, '-' | '–' | '—' | '−' | '.' | '?' | '\u{feff}')) {
        return true;
    }
    cell.len() <= 12 && BLANKS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Lower case, without accents, every run of other signs as one space: for comparing headers.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => folded.push_str(letters),
            None if c.is_alphanumeric() => folded.push(c),
            // A combining accent belongs to the letter before it.
            None if matches!(c, '\u{300}'..='\u{36f}') => {}
            None if !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
            None => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether two files have the same headers, apart from case, accents and signs.
pub fn same_headers(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| fold(a) == fold(b))
}

/// A cell as a message repeats it: in quotes, short, without control characters.
pub(super) fn shown(cell: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut text: String = cell.trim().chars().map(clean).take(SHOWN_CHARS_MAX).collect();
    if cell.trim().chars().nth(SHOWN_CHARS_MAX).is_some() {
        text.push('…');
    }
    format!("“{text}”")
}

/// The month of a name or its beginning (three letters or more), in the languages of Western
/// Europe; none when it fits no month, or two.
pub(super) fn month(word: &str) -> Option<i8> {
    let word = fold(word);
    if word.chars().count() < 3 {
        return None;
    }
    let fits = |names: &&str| names.split(' ').any(|name| name.starts_with(&word));
    let mut found = (1_i8..).zip(MONTHS.iter()).filter(|(_, names)| fits(names));
    let (number, _) = found.next()?;
    if found.next().is_some() { None } else { Some(number) }
}

/// English, German, French, Spanish, Italian, Dutch, Portuguese, folded.
const MONTHS: [&str; 12] = [
    "january januar janvier enero gennaio januari janeiro janner",
    "february februar fevrier febrero febbraio februari fevereiro",
    "march marz maerz mars marzo maart mrt marco",
    "april avril abril aprile",
    "may mai mayo maggio mei maio",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
];

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'δ' | '∆' => "delta ",
        _ => return None,
    })
}
