//! Any bytes as a workflow, a brand and a suite file: read, checked, proved, and shown.
#![no_main]

use fivestep::definition::{
    Severity, SourceFile, inspect_workflow, load_brand, load_suite, render,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = SourceFile::new("fuzz.yaml", bytes.to_vec());
    let (workflow, problems) = inspect_workflow(&file);
    let wrong = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(workflow.is_none(), wrong, "a file is refused for a reason, and only then");
    let of_brand = load_brand(&file).err().unwrap_or_default();
    let of_suite = load_suite(&file, workflow.as_ref()).err().unwrap_or_default();
    for problems in [problems, of_brand, of_suite] {
        let _ = render(&problems, &[&file], false);
    }
});
