//! The four weeks of a cycle, lived with the program alone.

use std::time::Duration;

use serde_json::Value;

use crate::{
    brands::Brand,
    common::{TestEnv, without_pseudonyms},
};

/// A brand that is on its way.
pub struct Run {
    pub env: TestEnv,
    pub brand: &'static Brand,
    /// Whether every move is tried once by a program that is killed at it.
    pub killed: bool,
}

impl Run {
    /// A workspace with the brand, before its first export.
    pub fn of(brand: &'static Brand) -> Self {
        let env = TestEnv::empty();
        env.ok(["init", ".", "--workflow", brand.workflow]);
        std::fs::remove_file(env.path("brands/acme.yaml")).unwrap();
        env.write(&format!("brands/{}.yaml", brand.id), brand.yaml);
        for (name, text) in brand.files {
            env.write(name, text);
        }
        env.ok(["check"]);
        Self { env, brand, killed: false }
    }

    /// Lives one cycle: the exports come, people do what they are asked, and the brand goes as far as its
    /// evidence allows.
    pub fn live(&mut self, cycle: u32) {
        let ends = self.brand.ends(cycle);
        self.env.set_now(&(ends + chrono::TimeDelta::hours(2)).to_rfc3339());
        (self.brand.export)(&self.env, cycle, ends);
        self.say("import BRAND");
        if cycle == 1 {
            self.say("start BRAND");
        }
        for _ in 0..20 {
            let before = self.why()["checkpoint"].clone();
            self.work();
            self.say("advance BRAND --until blocked");
            if self.why()["checkpoint"] == before {
                return;
            }
        }
        panic!("{} never comes to rest in cycle {cycle}", self.brand.id);
    }

    /// Does what is asked of people: tasks, actions that are due, and clauses that no source can tell.
    fn work(&self) {
        self.say("tick");
        let why = self.why();
        for task in why["tasks"].as_array().into_iter().flatten() {
            let name = task["task"].as_str().unwrap();
            let form = self.brand.forms.iter().find(|(task, _)| *task == name);
            let form = form.unwrap_or_else(|| panic!("nobody says how to do {name}")).1;
            let brand = self.brand.id;
            if task["command"].is_string() {
                self.env.ok(["done", brand, name, "--input", form, "--actor", "Mara"]);
            }
        }
        for clause in why["gate"].as_array().into_iter().flatten() {
            if clause["verdict"] == "unmeasurable" && clause["waived"].is_null() {
                let (brand, name) = (self.brand.id, clause["clause"].as_str().unwrap());
                let reason = "no export of ours tells it; looked at by hand";
                self.env.ok(["waive", brand, name, "--actor", "Mara", "--reason", reason]);
            }
        }
    }

    fn why(&self) -> Value {
        self.env.fivestep(["why", self.brand.id, "-o", "json"]).json()
    }

    /// Gives a command that may find nothing to do.
    fn say(&self, line: &str) {
        let line = line.replace("BRAND", self.brand.id);
        let args: Vec<&str> = line.split(' ').collect();
        if self.killed {
            let mut command = self.env.command();
            let mut child =
                command.args(&args).stdout(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(3));
            let _ = child.kill();
            child.wait().unwrap();
        }
        let answer = self.env.fivestep(args);
        let fine = [0, 10].contains(&answer.code) || self.killed && line.starts_with("start");
        assert!(fine, "{line}: {}", answer.text());
    }

    /// What a person reads, a command after the other.
    pub fn read(&self, lines: &[&str]) -> String {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| format!("fivestep {}", line.replace("BRAND", self.brand.id)))
            .collect();
        without_pseudonyms(self.env.terminal(&lines.join("\n")))
    }
}
