//! `done`: a person finishes a task, or confirms what another did.

use serde_json::{Map, Value};

use crate::{
    failure::Failure,
    model::{Actor, Command, TaskId, Verb},
};

use super::{
    args::DoneArgs,
    exit::Exit,
    hold::each,
    session::{Session, brand_id, not_a_name},
};

pub fn run(session: &Session, args: &DoneArgs) -> Result<Exit, Failure> {
    let input = match &args.input {
        Some(json) => object(json)?,
        None => fields(&args.set)?,
    };
    let (note, link) = (args.note.clone(), args.link.clone());
    let verb = Verb::Done { task: task_id(&args.task)?, input, note, link };
    act(session, session.actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

/// Does one thing to one brand, and prints what happened.
pub fn act(
    session: &Session,
    actor: Actor,
    brand: &str,
    verb: Verb,
    reason: Option<&str>,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let brand = brand_id(brand)?;
    let command = Command::new(verb, actor).because(reason);
    each(session, &[brand], dry_run, |brand| runner.act(brand, &command, dry_run))
}

pub fn task_id(name: &str) -> Result<TaskId, Failure> {
    TaskId::new(name).map_err(|error| not_a_name(&error, "fivestep tasks"))
}

fn object(json: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::Usage {
        message: format!("`--input` is not a JSON object: {error}"),
        hint: "write it as '{\"agreed\": true}'".to_owned(),
    })
}

/// `FIELD=VALUE` pairs; a value that is JSON is taken as such, anything else as text.
fn fields(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    for pair in pairs {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::Usage {
                message: format!("`--set {pair}` has no `=`"),
                hint: "write `--set FIELD=VALUE`, once a field".to_owned(),
            });
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        if fields.insert(name.to_owned(), value).is_some() {
            return Err(Failure::Usage {
                message: format!("the field `{name}` is set twice"),
                hint: "set each field once".to_owned(),
            });
        }
    }
    Ok(fields)
}
