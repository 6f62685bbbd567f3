//! `metrics`: every metric of a brand's evidence, and what is behind one.

use std::path::Path;

use crate::{
    definition,
    failure::Failure,
    model::{Benchmark, Metric},
    runner::known::{Asked, Looks},
    view::catalogue::{behind, catalogue},
    workspace::read_file,
};

use super::{
    args::MetricsArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &MetricsArgs) -> Result<Exit, Failure> {
    let looks = Looks::AtMetrics(args.moment.window_end);
    let asked = Asked { looks, ..args.moment.asked() };
    let metric = args.explain.as_deref().map(metric_named).transpose()?;
    let known = session.runner()?.known(&brand_id(&args.brand)?, asked)?;
    match metric {
        Some(metric) => {
            let explained = known.explain(metric, args.moment.window_end)?;
            let view = behind(&known, &explained, args.names, args.first)?;
            let ids = || view.rows.iter().map(|row| row.of.clone()).collect();
            session.out.answer(&view, ids, || render::catalogue::behind(&view))?;
        }
        None => {
            let benchmarks = args.benchmarks.as_deref().map(benchmarks).transpose()?;
            let measured = known.measure(args.moment.window_end)?;
            let view =
                catalogue(&known, &measured, args.moment.as_of, &benchmarks.unwrap_or_default());
            let names = || {
                view.metrics.iter().map(|one| one.observation.metric.name().to_owned()).collect()
            };
            session.out.answer(&view, names, || render::catalogue::text(&view))?;
        }
    }
    Ok(Exit::Done)
}

/// The published numbers of a file.
fn benchmarks(path: &Path) -> Result<Vec<Benchmark>, Failure> {
    let file = read_file(path, &path.display().to_string())?;
    definition::load_benchmarks(&file)
        .map_err(|diagnostics| Failure::Definition { file: Box::new(file), diagnostics })
}

/// The metric of a name; other names are answered with the nearest one.
fn metric_named(name: &str) -> Result<Metric, Failure> {
    name.parse().map_err(|()| {
        let distance = |metric: &Metric| strsim::damerau_levenshtein(name, metric.name());
        let nearest = Metric::ALL.into_iter().min_by_key(distance).unwrap_or(Metric::ResponseRate);
        Failure::Usage {
            message: format!("there is no metric `{name}`"),
            hint: format!("did you mean `{nearest}`? `fivestep metrics BRAND` lists all"),
        }
    })
}
