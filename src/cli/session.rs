//! What every verb shares: flags, workspace, runner, names.

use std::{io::BufRead, path::PathBuf};

use crate::{
    clock::Clock,
    definition,
    failure::Failure,
    model::{Actor, BrandId, Command, ids::IdError},
    runner::Runner,
    store::{Filter, FilterError},
    workspace::Workspace,
};

use super::{
    args::{Common, Where},
    out::Out,
};

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Flags of every verb.
    pub common: Common,
    /// Where answers go.
    pub out: Out,
}

impl Session {
    pub fn new(common: Common) -> Self {
        let out = Out::new(common.output);
        Self { common, out }
    }

    pub fn clock(&self) -> Clock {
        self.common.now.map_or_else(Clock::system, Clock::fixed)
    }

    pub fn workspace(&self) -> Result<Workspace, Failure> {
        let from = match &self.common.workspace {
            Some(dir) => dir.clone(),
            None => PathBuf::from("."),
        };
        Ok(Workspace::find(&from)?)
    }

    /// The folder of a new workspace: the one named, else that of `-C`, else `otherwise`.
    pub fn new_folder(&self, named: Option<&PathBuf>, otherwise: &str) -> PathBuf {
        named.or(self.common.workspace.as_ref()).cloned().unwrap_or_else(|| otherwise.into())
    }

    pub fn runner(&self) -> Result<Runner, Failure> {
        Runner::open(self.workspace()?, self.clock())
    }

    /// Who gives the command: `--actor`, else the name of the system's user.
    pub fn actor(&self) -> Actor {
        let name = self.common.actor.clone();
        let user = || std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok();
        Actor::new(&name.or_else(user).unwrap_or_else(|| Command::NOBODY.to_owned()))
    }

    /// The person named on the command line, for what only a named person may do.
    pub fn named_actor(&self) -> Actor {
        Actor::new(self.common.actor.as_deref().unwrap_or_default())
    }

    /// The filter of a command line.
    pub fn filter(&self, asked: &Where) -> Result<Option<Filter>, Failure> {
        asked.filter.as_deref().map(filter).transpose()
    }

    /// The names of a command line, one by one; `-` stands for those on standard input.
    pub fn names<'a>(
        &self,
        names: &'a [String],
    ) -> impl Iterator<Item = Result<String, Failure>> + 'a {
        names.iter().flat_map(|name| -> Box<dyn Iterator<Item = _>> {
            if name == "-" { Box::new(piped()) } else { Box::new([Ok(name.clone())].into_iter()) }
        })
    }

    /// The brands of a command line; `-` stands for the names on standard input.
    pub fn brands(&self, names: &[String]) -> Result<Vec<BrandId>, Failure> {
        self.names(names).map(|name| brand_id(&name?)).collect()
    }
}

/// The names on standard input, one a line.
fn piped() -> impl Iterator<Item = Result<String, Failure>> {
    let lines = std::io::stdin().lock().lines().map(|line| {
        let doing = "standard input cannot be read".to_owned();
        let line = line.map_err(|source| Failure::Io { doing, source })?;
        Ok(line.trim().to_owned())
    });
    lines.filter(|line| line.as_ref().map_or(true, |name| !name.is_empty()))
}

/// A filter from the command line.
pub fn filter(text: &str) -> Result<Filter, Failure> {
    text.parse().map_err(|error| not_a_filter(text, &error))
}

/// A text that is no filter, with a mark under the word that is wrong.
fn not_a_filter(text: &str, error: &FilterError) -> Failure {
    let plain = |text: &str| text.replace(char::is_control, "\u{fffd}");
    let FilterError { span, message, known } = error;
    let before = text[..span.start].chars().count();
    let marks = "^".repeat(text[span.clone()].chars().count().max(1));
    let message = format!("{}\n  {}\n  {:before$}{marks}", plain(message), plain(text), "");
    let listed: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let near = definition::closest(&text[span.clone()], known.iter().copied());
    let hint = match (near, listed.is_empty()) {
        (_, true) => "write for example `stage = \"support\" and blocked_for >= 7d`".to_owned(),
        (Some(near), _) => format!("did you mean `{near}`? there is {}", listed.join(", ")),
        (None, _) => format!("there is {}", listed.join(", ")),
    };
    Failure::Usage { message, hint }
}

/// A brand's name from the command line.
pub fn brand_id(name: &str) -> Result<BrandId, Failure> {
    BrandId::new(name).map_err(|error| not_a_name(&error, "fivestep brand list"))
}

/// A text that cannot be a name; `list` is the command that shows those that can.
pub fn not_a_name(error: &IdError, list: &str) -> Failure {
    Failure::Usage { message: error.to_string(), hint: format!("see the names with `{list}`") }
}
