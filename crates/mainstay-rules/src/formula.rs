//! Formulas of automatic metrics: a small part of CEL over data points, checked when it is read, so that it cannot fail later.
//!
//! The text is parsed by the `cel` crate and turned into a tree of numbers and conditions. Every number is a
//! decimal, loops and texts do not exist, and the tree is bounded: working it out costs what it is long.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators as op};
use cel::parser::Parser;

use crate::decimal::Decimal;
use crate::limits::{FORMULA_CHARS_MAX, FORMULA_DEPTH_MAX, FORMULA_PARTS_MAX};
use crate::score::Score;

/// A formula that was read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    text: String,
    names: Vec<String>,
    tree: Number,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    #[error("A formula has at most {FORMULA_CHARS_MAX} characters and {FORMULA_PARTS_MAX} parts; shorten it")]
    TooLong,
    #[error("The formula cannot be read: {0}")]
    Syntax(String),
    #[error("A formula knows no “{0}”; use numbers, data points, + - * / and comparisons, ? :, min, max and clamp")]
    Unknown(String),
    #[error("“{0}” is a condition where a number is wanted; write condition ? number : number")]
    Condition(String),
    #[error("“{0}” is a number where a condition is wanted; compare it, for example x > 0")]
    NotACondition(String),
    #[error("“{name}” takes {wanted} values, not {found}")]
    Arguments { name: String, wanted: &'static str, found: usize },
    #[error("The formula uses no data point; name at least one")]
    NoPoint,
}

#[derive(Debug, Clone, PartialEq)]
enum Number {
    Constant(f64),
    /// Place in the list of names.
    Point(usize),
    Negated(Box<Number>),
    Two(Arithmetic, Box<Number>, Box<Number>),
    Choice(Box<Condition>, Box<Number>, Box<Number>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Least,
    Greatest,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Constant(bool),
    Not(Box<Condition>),
    Both(Box<Condition>, Box<Condition>),
    Either(Box<Condition>, Box<Condition>),
    Compared(Comparison, Box<Number>, Box<Number>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Formula {
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let text = text.trim();
        if text.chars().count() > FORMULA_CHARS_MAX || depth(text) > FORMULA_DEPTH_MAX {
            return Err(FormulaError::TooLong);
        }
        let parsed = Parser::new().max_recursion_depth(FORMULA_DEPTH_MAX).parse(text).map_err(|errors| {
            let first = errors.errors.first().map_or_else(String::new, |error| error.msg.clone());
            FormulaError::Syntax(first.lines().next().unwrap_or_default().chars().take(200).collect())
        })?;
        let mut reader = Reader { names: Vec::new(), parts: 0 };
        let tree = reader.number(&parsed.expr)?;
        if reader.names.is_empty() {
            return Err(FormulaError::NoPoint);
        }
        Ok(Self { text: text.to_owned(), names: reader.names, tree })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The data points that it needs, each once.
    pub fn points(&self) -> &[String] {
        &self.names
    }

    /// The score, brought between 0 and 10; none when a data point is missing or something is divided by zero.
    pub fn score(&self, mut value: impl FnMut(&str) -> Option<Decimal>) -> Option<Score> {
        let values: Vec<f64> = self.names.iter().map(|name| value(name).map(Decimal::as_f64)).collect::<Option<_>>()?;
        let result = self.tree.value(&values);
        if !result.is_finite() {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1000 here")]
        let hundredths = (result.clamp(0.0, 10.0) * 100.0).round() as i64;
        Score::from_hundredths(hundredths).ok()
    }
}

/// How deep brackets and signs are nested, so that reading needs a bounded stack.
fn depth(text: &str) -> u16 {
    let (mut now, mut most, mut signs) = (0_u16, 0_u16, 0_u16);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => now = now.saturating_add(1),
            ')' | ']' | '}' => now = now.saturating_sub(1),
            '!' | '-' | '?' => signs = signs.saturating_add(1),
            _ => {}
        }
        most = most.max(now);
    }
    most.saturating_add(signs)
}

struct Reader {
    names: Vec<String>,
    parts: usize,
}

impl Reader {
    fn number(&mut self, expr: &Expr) -> Result<Number, FormulaError> {
        self.count()?;
        match expr {
            Expr::Literal(LiteralValue::Int(value)) => {
                #[expect(clippy::cast_precision_loss, reason = "a number that a person wrote")]
                let number = *value.inner() as f64;
                Ok(Number::Constant(number))
            }
            Expr::Literal(LiteralValue::Double(value)) => Ok(Number::Constant(*value.inner())),
            Expr::Literal(LiteralValue::Boolean(value)) => Err(FormulaError::Condition(value.inner().to_string())),
            Expr::Ident(name) => Ok(Number::Point(self.point(name))),
            Expr::Call(call) => self.call(call),
            other => Err(FormulaError::Unknown(word(other))),
        }
    }

    fn count(&mut self) -> Result<(), FormulaError> {
        self.parts += 1;
        if self.parts > FORMULA_PARTS_MAX { Err(FormulaError::TooLong) } else { Ok(()) }
    }

    fn point(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn call(&mut self, call: &CallExpr) -> Result<Number, FormulaError> {
        if call.target.is_some() {
            return Err(FormulaError::Unknown(call.func_name.clone()));
        }
        let arithmetic = match call.func_name.as_str() {
            op::ADD => Arithmetic::Add,
            op::SUBSTRACT => Arithmetic::Subtract,
            op::MULTIPLY => Arithmetic::Multiply,
            op::DIVIDE => Arithmetic::Divide,
            "min" => Arithmetic::Least,
            "max" => Arithmetic::Greatest,
            op::NEGATE => return Ok(Number::Negated(Box::new(self.argument(call, 0, "one")?))),
            op::CONDITIONAL => {
                let condition = self.condition(&arguments(call, 3, "three")?[0].expr)?;
                let (yes, no) = (self.argument(call, 1, "three")?, self.argument(call, 2, "three")?);
                return Ok(Number::Choice(Box::new(condition), Box::new(yes), Box::new(no)));
            }
            "clamp" => {
                arguments(call, 3, "three")?;
                let (value, low) = (self.argument(call, 0, "three")?, self.argument(call, 1, "three")?);
                let high = self.argument(call, 2, "three")?;
                let raised = Number::Two(Arithmetic::Greatest, Box::new(value), Box::new(low));
                return Ok(Number::Two(Arithmetic::Least, Box::new(raised), Box::new(high)));
            }
            name if is_condition(name) => return Err(FormulaError::Condition(shown(name))),
            name => return Err(FormulaError::Unknown(shown(name))),
        };
        arguments(call, 2, "two")?;
        let (one, other) = (self.argument(call, 0, "two")?, self.argument(call, 1, "two")?);
        Ok(Number::Two(arithmetic, Box::new(one), Box::new(other)))
    }

    fn argument(&mut self, call: &CallExpr, place: usize, wanted: &'static str) -> Result<Number, FormulaError> {
        let found = call.args.len();
        let name = shown(&call.func_name);
        let argument = call.args.get(place).ok_or(FormulaError::Arguments { name, wanted, found })?;
        self.number(&argument.expr)
    }

    fn condition(&mut self, expr: &Expr) -> Result<Condition, FormulaError> {
        self.count()?;
        let call = match expr {
            Expr::Literal(LiteralValue::Boolean(value)) => return Ok(Condition::Constant(*value.inner())),
            Expr::Call(call) => call,
            other => return Err(FormulaError::NotACondition(word(other))),
        };
        let comparison = match call.func_name.as_str() {
            op::EQUALS => Comparison::Equal,
            op::NOT_EQUALS => Comparison::NotEqual,
            op::LESS => Comparison::Less,
            op::LESS_EQUALS => Comparison::AtMost,
            op::GREATER => Comparison::More,
            op::GREATER_EQUALS => Comparison::AtLeast,
            op::LOGICAL_NOT => {
                return Ok(Condition::Not(Box::new(self.condition(&arguments(call, 1, "one")?[0].expr)?)));
            }
            op::LOGICAL_AND | op::LOGICAL_OR => {
                let parts = arguments(call, 2, "two")?;
                let (one, other) = (self.condition(&parts[0].expr)?, self.condition(&parts[1].expr)?);
                let (one, other) = (Box::new(one), Box::new(other));
                let is_and = call.func_name == op::LOGICAL_AND;
                return Ok(if is_and { Condition::Both(one, other) } else { Condition::Either(one, other) });
            }
            name => return Err(FormulaError::NotACondition(shown(name))),
        };
        arguments(call, 2, "two")?;
        let (one, other) = (self.argument(call, 0, "two")?, self.argument(call, 1, "two")?);
        Ok(Condition::Compared(comparison, Box::new(one), Box::new(other)))
    }
}

fn arguments<'a>(call: &'a CallExpr, count: usize, wanted: &'static str) -> Result<&'a [cel::IdedExpr], FormulaError> {
    let (name, found) = (shown(&call.func_name), call.args.len());
    if found == count { Ok(&call.args) } else { Err(FormulaError::Arguments { name, wanted, found }) }
}

fn is_condition(name: &str) -> bool {
    let names = [
        op::EQUALS,
        op::NOT_EQUALS,
        op::LESS,
        op::LESS_EQUALS,
        op::GREATER,
        op::GREATER_EQUALS,
        op::LOGICAL_NOT,
        op::LOGICAL_AND,
        op::LOGICAL_OR,
    ];
    names.contains(&name)
}

/// `_>=_` as a person wrote it.
fn shown(name: &str) -> String {
    let plain: String = name.replace('_', " ");
    if name.starts_with('_') || name.ends_with('_') { plain.trim().to_owned() } else { name.to_owned() }
}

fn word(expr: &Expr) -> String {
    match expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) => format!(".{}", select.field),
        Expr::List(_) => "[…]".to_owned(),
        Expr::Map(_) | Expr::Struct(_) => "{…}".to_owned(),
        Expr::Comprehension(_) => "a loop".to_owned(),
        Expr::Literal(_) => "a text".to_owned(),
        _ => "this".to_owned(),
    }
}

impl Number {
    fn value(&self, points: &[f64]) -> f64 {
        match self {
            Self::Constant(number) => *number,
            Self::Point(place) => points.get(*place).copied().unwrap_or(f64::NAN),
            Self::Negated(one) => -one.value(points),
            Self::Choice(condition, yes, no) => {
                if condition.holds(points) {
                    yes.value(points)
                } else {
                    no.value(points)
                }
            }
            Self::Two(arithmetic, one, other) => {
                let (one, other) = (one.value(points), other.value(points));
                match arithmetic {
                    Arithmetic::Add => one + other,
                    Arithmetic::Subtract => one - other,
                    Arithmetic::Multiply => one * other,
                    Arithmetic::Divide => one / other,
                    Arithmetic::Least => {
                        if one.is_nan() {
                            one
                        } else {
                            one.min(other)
                        }
                    }
                    Arithmetic::Greatest => {
                        if one.is_nan() {
                            one
                        } else {
                            one.max(other)
                        }
                    }
                }
            }
        }
    }
}

impl Condition {
    fn holds(&self, points: &[f64]) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Not(one) => !one.holds(points),
            Self::Both(one, other) => one.holds(points) && other.holds(points),
            Self::Either(one, other) => one.holds(points) || other.holds(points),
            Self::Compared(comparison, one, other) => {
                let (one, other) = (one.value(points), other.value(points));
                match comparison {
                    // Data points are decimals: what differs by less than a billionth was typed as the same.
                    Comparison::Equal => (one - other).abs() < 1e-9,
                    Comparison::NotEqual => (one - other).abs() >= 1e-9,
                    Comparison::Less => one < other,
                    Comparison::AtMost => one <= other,
                    Comparison::More => one > other,
                    Comparison::AtLeast => one >= other,
                }
            }
        }
    }
}
