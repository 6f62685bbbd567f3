//! `schema`: the JSON Schema of a file, for editors.

use crate::{
    definition::{FileKind, schema},
    failure::Failure,
};

use super::{
    args::{SchemaArgs, SchemaFile},
    exit::Exit,
    session::Session,
};

pub fn run(session: &Session, args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = schema(match args.file {
        SchemaFile::Workflow => FileKind::Workflow,
        SchemaFile::Brand => FileKind::Brand,
        SchemaFile::Suite => FileKind::Suite,
        SchemaFile::Benchmarks => FileKind::Benchmarks,
    });
    session.out.answer(&schema, Vec::new, || format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
