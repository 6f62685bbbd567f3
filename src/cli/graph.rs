//! `graph`: a workflow as a drawing, alone or with a brand's run on it. Writes nothing.

use crate::{
    failure::Failure,
    view::{self, graph::Graph},
};

use super::{
    args::{Format, GraphArgs},
    draw,
    exit::Exit,
    render,
    session::{Session, brand_id},
    which,
};

pub fn run(session: &Session, args: &GraphArgs) -> Result<Exit, Failure> {
    let graph = match &args.brand {
        Some(brand) => of_brand(session, brand)?,
        None => {
            let named = args.workflow.as_deref();
            view::graph::of_workflow(&which::workflow(session, named, "fivestep graph")?)
        }
    };
    match session.out.format {
        Format::Mermaid => session.out.drawing(&draw::mermaid::text(&graph))?,
        Format::Dot => session.out.drawing(&draw::dot::text(&graph))?,
        Format::Svg => session.out.drawing(&draw::svg::text(&graph))?,
        Format::Table
        | Format::Json
        | Format::Ids
        | Format::Sarif
        | Format::Junit
        | Format::Ics
        | Format::Html
        | Format::Md
        | Format::Csv => session.out.answer(
            &graph,
            || graph.stages.iter().map(|node| node.stage.clone()).collect(),
            || render::graph::text(&graph),
        )?,
    }
    Ok(Exit::Done)
}

fn of_brand(session: &Session, name: &str) -> Result<Graph, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let case = runner.case(&brand_id(name)?)?;
    let entries = runner.store().journal(&case.brand.id)?;
    Ok(view::graph::of_brand(&case, &entries, now))
}
