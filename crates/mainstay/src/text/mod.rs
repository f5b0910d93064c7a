//! All words that people read, one file of functions for each room; English ships, another language is another folder.

mod en;

pub use en::*;

/// Functions that give a fixed text: `name = "Words";`
macro_rules! texts {
    ($($name:ident = $words:literal;)*) => {
        $(pub fn $name() -> &'static str { $words })*
    };
}
pub(crate) use texts;
