//! All files of one check, each alone and with the others.
//!
//! Start reading at [`check_all`].
//!
//! # Always true
//!
//! - Each file is read once, however many others it is compared with.
//! - The answer goes file by file in the order in which they were handed over, and through each
//!   file from its beginning.
//! - A clause is said to be unmeasurable once, for all brands together.

use std::collections::BTreeMap;

use super::{
    Diagnostic, History, SourceFile, check, diagnostic::Problems, is_benchmarks, is_brand,
    is_suite, load_benchmarks, outline::Node, read_file,
};
use crate::model::{Brand, BrandId, Workflow};

/// What was measured for the brands so far, where it is known.
pub type Histories = BTreeMap<BrandId, History>;

/// A workflow that is right in itself, and the brands that follow it.
struct Followed {
    at: usize,
    workflow: Workflow,
    outline: Node,
    brands: Vec<Brand>,
}

/// Checks files, each alone and brands together with the workflow they follow.
///
/// - `whole`: the files are all that their workspace has, so that a name that none of them defines
///   does not exist, and each must be named after what it defines.
/// - `histories`: what was measured for the brands so far; empty if nobody knows.
pub fn check_all(files: &[SourceFile], whole: bool, histories: &Histories) -> Vec<Diagnostic> {
    let mut found: Vec<Vec<Diagnostic>> = vec![Vec::new(); files.len()];
    let (suites, others): (Vec<usize>, Vec<usize>) =
        (0..files.len()).partition(|at| is_suite(&files[*at]));
    let (benchmarks, others): (Vec<usize>, Vec<usize>) =
        others.into_iter().partition(|at| is_benchmarks(&files[*at]));
    let (brands, workflows): (Vec<usize>, Vec<usize>) =
        others.into_iter().partition(|at| is_brand(&files[*at]));
    for at in benchmarks {
        found[at] = load_benchmarks(&files[at]).err().unwrap_or_default();
    }
    let mut followed = Vec::new();
    for at in &workflows {
        let (right, problems) = read_file(&files[*at], check::workflow);
        found[*at] = problems;
        followed.extend(right.map(|(workflow, outline)| {
            let brands = Vec::new();
            Followed { at: *at, workflow, outline, brands }
        }));
    }
    // A workflow that is wrong is not missing, so nobody is said to follow one that does not
    // exist until it is mended.
    let names: Vec<String> = followed.iter().map(|one| one.workflow.id.to_string()).collect();
    let known = (whole && followed.len() == workflows.len()).then_some(names.as_slice());
    for at in brands {
        found[at] = brand(&files[at], &mut followed, whole, known);
    }
    for at in suites {
        found[at] = suite(&files[at], &followed, whole, known);
    }
    for one in &followed {
        let own = &mut found[one.at];
        own.extend(beside_others(&files[one.at], one, whole, histories));
        own.sort_by_key(|diagnostic| diagnostic.span.start);
    }
    found.into_iter().flatten().collect()
}

/// What is wrong with a brand's file; a brand that is right in itself joins those that follow its
/// workflow.
fn brand(
    file: &SourceFile,
    followed: &mut [Followed],
    whole: bool,
    known: Option<&[String]>,
) -> Vec<Diagnostic> {
    let (right, mut found) = read_file(file, check::brand);
    let Some((brand, outline)) = right else { return found };
    let mut problems = Problems::new(file);
    if whole {
        check::folder::name(file, "brand", brand.id.as_str(), &outline, &mut problems);
    }
    if let Some(known) = known {
        check::folder::workflow(&brand, known, &outline, &mut problems);
    }
    if let Some(one) = followed.iter_mut().find(|one| one.workflow.id == brand.workflow) {
        check::brand_side(&one.workflow, &brand, &outline, &mut problems);
        one.brands.push(brand);
    }
    found.extend(problems.into_sorted());
    found.sort_by_key(|diagnostic| diagnostic.span.start);
    found
}

/// What is wrong with a suite's file, beside the workflow it plays where that is among the files.
fn suite(
    file: &SourceFile,
    followed: &[Followed],
    whole: bool,
    known: Option<&[String]>,
) -> Vec<Diagnostic> {
    let (right, mut found) = read_file(file, |raw: super::suite::Suite, _, problems| {
        let plays = raw.suite.as_ref().map(|words| words.value.as_str());
        let played = followed.iter().find(|one| Some(one.workflow.id.as_str()) == plays);
        check::suite(raw, played.map(|one| &one.workflow), problems)
    });
    let Some((suite, outline)) = right.filter(|_| whole) else { return found };
    let own = [suite.workflow.to_string()];
    let mut problems = Problems::new(file);
    check::folder::suite(file, &suite, known.unwrap_or(&own), &outline, &mut problems);
    found.extend(problems.into_sorted());
    found
}

/// What is wrong with a workflow's file beside others.
fn beside_others(
    file: &SourceFile,
    one: &Followed,
    whole: bool,
    histories: &Histories,
) -> Vec<Diagnostic> {
    let Followed { workflow, outline, brands, .. } = one;
    let mut problems = Problems::new(file);
    if whole {
        check::folder::name(file, "workflow", workflow.id.as_str(), outline, &mut problems);
    }
    let known = brands.iter().map(|brand| (brand, histories.get(&brand.id)));
    check::workflow_side(workflow, outline, &known.collect::<Vec<_>>(), &mut problems);
    problems.into_sorted()
}
