//! What every verb shares: flags, workspace, runner, names.

use std::{io::BufRead, path::PathBuf};

use crate::{
    clock::Clock,
    failure::Failure,
    model::{Actor, BrandId, Command, ids::IdError},
    runner::Runner,
    workspace::Workspace,
};

use super::{args::Common, out::Out};

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

    /// The brands of a command line; `-` stands for the names on standard input.
    pub fn brands(&self, names: &[String]) -> Result<Vec<BrandId>, Failure> {
        let mut brands = Vec::new();
        for name in names {
            if name == "-" {
                for line in std::io::stdin().lock().lines() {
                    let line = line.map_err(|source| Failure::Io {
                        doing: "standard input cannot be read".to_owned(),
                        source,
                    })?;
                    if !line.trim().is_empty() {
                        brands.push(brand_id(line.trim())?);
                    }
                }
            } else {
                brands.push(brand_id(name)?);
            }
        }
        Ok(brands)
    }
}

/// A brand's name from the command line.
pub fn brand_id(name: &str) -> Result<BrandId, Failure> {
    BrandId::new(name).map_err(|error| not_a_name(&error, "fivestep brand list"))
}

/// A text that cannot be a name; `list` is the command that shows those that can.
pub fn not_a_name(error: &IdError, list: &str) -> Failure {
    Failure::Usage { message: error.to_string(), hint: format!("see the names with `{list}`") }
}
