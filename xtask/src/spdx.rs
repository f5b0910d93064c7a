//! SPDX licence expressions: whether a list of accepted licences satisfies one.

/// `MIT OR (Apache-2.0 WITH LLVM-exception AND BSD-3-Clause)`; the old `MIT/Apache-2.0` means OR.
/// An expression that cannot be read is an error, never a yes.
pub fn satisfied(expression: &str, accepted: &[&str]) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().collect::<Vec<_>>();
    words.reverse();
    let answer = any_of(&mut words, accepted)?;
    match words.pop() {
        None => Ok(answer),
        Some(word) => Err(format!("unexpected `{word}` in `{expression}`")),
    }
}

fn any_of(words: &mut Vec<&str>, accepted: &[&str]) -> Result<bool, String> {
    let mut answer = all_of(words, accepted)?;
    while words.last() == Some(&"OR") {
        words.pop();
        answer |= all_of(words, accepted)?;
    }
    Ok(answer)
}

fn all_of(words: &mut Vec<&str>, accepted: &[&str]) -> Result<bool, String> {
    let mut answer = one(words, accepted)?;
    while words.last() == Some(&"AND") {
        words.pop();
        answer &= one(words, accepted)?;
    }
    Ok(answer)
}

fn one(words: &mut Vec<&str>, accepted: &[&str]) -> Result<bool, String> {
    match words.pop() {
        Some("(") => {
            let answer = any_of(words, accepted)?;
            match words.pop() {
                Some(")") => Ok(answer),
                _ => Err("a bracket is not closed".to_owned()),
            }
        }
        Some(word @ (")" | "AND" | "OR" | "WITH")) => Err(format!("`{word}` in place of a licence")),
        Some(licence) => {
            let mut name = licence.to_owned();
            if words.last() == Some(&"WITH") {
                words.pop();
                let exception = words.pop().ok_or("`WITH` without an exception")?;
                name = format!("{licence} WITH {exception}");
            }
            Ok(accepted.contains(&name.as_str()))
        }
        None => Err("a licence is missing".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: &[&str] = &["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];

    #[test]
    fn expressions_are_weighed() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only AND MIT", false),
            ("MIT/Apache-2.0", true),
            ("(GPL-3.0-only OR MIT) AND Apache-2.0", true),
            ("MIT OR GPL-3.0-only AND LGPL-3.0-only", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH Some-exception", false),
        ] {
            assert_eq!(satisfied(expression, ACCEPTED), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT Apache-2.0", "MIT WITH"] {
            assert!(satisfied(expression, ACCEPTED).is_err(), "{expression}");
        }
    }
}
