//! The catalogue: every sentence the program says, once per language, keyed by a typed value.
//!
//! Each file declares the messages of one part of the program with `messages!`: a variant holds
//! the data of the message, its texts name those data. A message that lacks a language does not
//! compile, and both texts stand side by side so that a change to one shows the other.

/// Declares an enum of messages with their kind and their texts in English and Vietnamese.
///
/// `Variant { data: Type } Kind, "English", "tiếng Việt", hint "English", "tiếng Việt";`
macro_rules! messages {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident $({ $($field:ident : $type:ty),* $(,)? })? $kind:ident,
                $en:literal, $vi:literal $(, hint $hint_en:literal, $hint_vi:literal)? ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "a message's data are explained by its text")]
        pub enum $name {
            $( $(#[$variant_meta])* $variant $({ $($field: $type),* })?, )*
        }

        #[allow(unused_variables, reason = "a text need not use every datum")]
        impl $crate::error::Explain for $name {
            fn kind(&self) -> $crate::error::Kind {
                match self { $( Self::$variant $({ $($field),* })? => $crate::error::Kind::$kind, )* }
            }
            fn message(&self, lang: $crate::error::Lang) -> String {
                match self { $(
                    Self::$variant $({ $($field),* })? => match lang {
                        $crate::error::Lang::En => format!($en),
                        $crate::error::Lang::Vi => format!($vi),
                    },
                )* }
            }
            fn hint(&self, lang: $crate::error::Lang) -> Option<String> {
                match self { $(
                    Self::$variant $({ $($field),* })? => {
                        $(
                            let text = match lang {
                                $crate::error::Lang::En => format!($hint_en),
                                $crate::error::Lang::Vi => format!($hint_vi),
                            };
                            if !text.is_empty() { return Some(text) }
                        )?
                        None
                    }
                )* }
            }
        }
    };
}
pub(crate) use messages;

mod chart;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
mod command;
mod compare;
mod contract;
mod draft;
mod function;
mod import;
mod output;
mod plan;
mod query;
mod reject;
#[cfg(feature = "cluster")]
mod remote;
mod shell;
mod source;
mod store;
mod syntax;
mod terminal;
mod warning;
mod workspace;

pub use chart::{ChartFault, ChartNote};
pub use check::{CheckFault, CheckWords};
#[cfg(feature = "cluster")]
pub use cluster::{ClusterFault, ClusterWords};
pub use command::{CommandFault, HelpWords, help_vi, value_name_vi};
pub use compare::{CompareFault, CompareWords};
pub use contract::ContractFault;
pub use draft::{DraftFault, DraftWords};
pub use function::FunctionWords;
pub use import::{CellsFault, ImportFault, ImportWords};
pub use output::{OutputFault, ProvenanceWords};
pub use plan::PlanWords;
pub use query::{AskWords, ExplainWords, QueryFault, QueryNotice};
pub use reject::RejectWords;
#[cfg(feature = "cluster")]
pub use remote::RemoteFault;
pub use shell::{PagerWords, SettingHelp, ShellFault, ShellHelp, ShellNote, TableWords};
pub use source::SourceFault;
pub use store::{StoreFault, StoreFinding, StoreWords};
pub use syntax::translate_syntax;
pub use terminal::{Heading, Narration, ProgressLine, Stage, TerminalFault};
pub use warning::ImportWarning;
pub use workspace::WorkspaceFault;
