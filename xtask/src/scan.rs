//! Splits Rust text into code, comments and literals, so that checks do not trip over words in strings.

/// What stands between the quotes of a string, escapes as written.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
}

pub struct Scanned {
    /// The same lines, with comments and the inside of literals blanked.
    pub code: String,
    pub literals: Vec<Literal>,
}

pub fn scan(text: &str) -> Scanned {
    let mut scanner = Scanner {
        rest: text.chars().collect(),
        at: 0,
        line: 1,
        code: String::with_capacity(text.len()),
        literals: Vec::new(),
    };
    while scanner.at < scanner.rest.len() {
        scanner.step();
    }
    Scanned { code: scanner.code, literals: scanner.literals }
}

struct Scanner {
    rest: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    literals: Vec<Literal>,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> char {
        self.rest.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Moves on by one character, written as it is or blanked.
    fn take(&mut self, keep: bool) -> char {
        let character = self.peek(0);
        self.at += 1;
        if character == '\n' {
            self.line += 1;
        }
        self.code.push(if keep || character == '\n' { character } else { ' ' });
        character
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while self.at < self.rest.len() && self.peek(0) != '\n' {
                    self.take(false);
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            ('r', '"' | '#') if !self.inside_word() => self.raw_string(),
            _ => {
                self.take(true);
            }
        }
    }

    /// Whether the character belongs to a longer name; `b` and `c` before a raw string do not count.
    fn inside_word(&self) -> bool {
        let before = |back: usize| {
            let index = self.at.checked_sub(back)?;
            self.rest.get(index).copied()
        };
        let is_word = |found: Option<char>| found.is_some_and(|c| c.is_alphanumeric() || c == '_');
        match before(1) {
            Some('b' | 'c') => is_word(before(2)),
            found => is_word(found),
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.rest.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take(false);
                    continue;
                }
            }
            self.take(false);
            self.take(false);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.take(true);
        while self.at < self.rest.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.take(false));
            }
            text.push(self.take(false));
        }
        self.take(true);
        self.literals.push(Literal { line, text });
    }

    fn raw_string(&mut self) {
        let after = self.rest.iter().skip(self.at + 1);
        let hashes = after.take_while(|&&character| character == '#').count();
        if self.peek(1 + hashes) != '"' {
            // A raw name such as r#type.
            self.take(true);
            return;
        }
        for _ in 0..hashes + 2 {
            self.take(true);
        }
        let line = self.line;
        let mut text = String::new();
        while self.at < self.rest.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            if closes {
                break;
            }
            text.push(self.take(false));
        }
        for _ in 0..=hashes {
            self.take(true);
        }
        self.literals.push(Literal { line, text });
    }

    /// A character literal, or else the mark of a lifetime.
    fn quote(&mut self) {
        self.take(true);
        if self.peek(0) == '\\' {
            self.take(false);
            self.take(false);
            while self.at < self.rest.len() && self.peek(0) != '\'' {
                self.take(false);
            }
            self.take(true);
        } else if self.peek(1) == '\'' {
            self.take(false);
            self.take(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scanned: &Scanned) -> Vec<&str> {
        scanned.literals.iter().map(|l| l.text.as_str()).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        let scanned = scan("let a = \"now // no\"; // tail\n/* x /* y */ z */ let b = 1;\n");
        assert_eq!(texts(&scanned), ["now // no"]);
        assert_eq!(scanned.code.lines().count(), 2);
        assert!(scanned.code.contains("let b = 1;"));
        for hidden in ["now", "tail", "x", "z"] {
            assert!(!scanned.code.contains(hidden), "{hidden} is still there");
        }
    }

    #[test]
    fn raw_strings_characters_and_lifetimes_are_told_apart() {
        let text = "fn f<'a>(x: &'a str) { g('\"', '\\'', r#\"raw \"q\" \"#, br\"b\", r#type) }";
        let scanned = scan(text);
        assert_eq!(texts(&scanned), ["raw \"q\" ", "b"]);
        assert!(scanned.code.contains("fn f<'a>(x: &'a str)"));
        assert!(scanned.code.contains("r#type"));
    }

    #[test]
    fn a_literal_knows_the_line_on_which_it_starts() {
        let scanned = scan("\n\nf(\"one\\\" two\n three\");\nlet after = 1;");
        assert_eq!(scanned.literals[0].line, 3);
        assert_eq!(scanned.code.lines().nth(4), Some("let after = 1;"));
    }
}
