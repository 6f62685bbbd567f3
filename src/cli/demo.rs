//! `demo`: a ready workspace with four brands, and eight weeks of their story.
//!
//! Everything goes the way a user would go: files are written, checked, imported, and the same
//! runner takes each brand as far as its evidence allows, three times, four weeks apart. Only
//! the people are played.

use std::{fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::{
    clock::Clock,
    definition::Histories,
    failure::Failure,
    model::{Actor, BrandId, Command, Status, TaskId, Verb, Verdict},
    runner::{Runner, Until, load_brand},
    samples::story::{Story, stories},
    view,
    workspace::{OWN_FOLDER, Workspace, WorkspaceError},
};

use super::{
    args::{DemoArgs, Format},
    check,
    exit::Exit,
    import::{How, import},
    render,
    session::Session,
    shipped::Shipped,
};

/// Marks a folder as a demo's, so that only a demo is ever replaced by one.
const MARK: &str = ".fivestep/demo";

/// How old the newest sample is: exports are always a little behind.
const LAG: TimeDelta = TimeDelta::hours(2);

pub fn run(session: &Session, args: &DemoArgs) -> Result<Exit, Failure> {
    let now = session.clock().now();
    let stories = stories(now - LAG);
    let dir = session.new_folder(args.dir.as_ref(), "demo");
    let workspace = make(&dir, &stories)?;
    let demo = Demo { session, workspace, now };
    demo.say(&format!("Made a workspace in {} with four sample brands.\n", dir.display()))?;
    demo.check()?;
    for days_ago in days(&stories) {
        demo.round(&stories, days_ago)?;
    }
    demo.close(&stories, &dir)?;
    Ok(Exit::Done)
}

/// The days on which exports were made, oldest first.
fn days(stories: &[Story]) -> Vec<u32> {
    let all = stories.iter().flat_map(|story| &story.exports).map(|export| export.days_ago);
    let mut days: Vec<u32> = all.collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    days
}

/// Makes the workspace anew; whatever is not an earlier demo is left alone and refused.
fn make(dir: &Path, stories: &[Story]) -> Result<Workspace, Failure> {
    if dir.join(MARK).is_file() {
        fs::remove_dir_all(dir).map_err(|error| written(dir, error))?;
    }
    let occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !dir.join(OWN_FOLDER).exists() {
        return Err(Failure::Usage {
            message: format!("`{}` is not empty, and not an earlier demo", dir.display()),
            hint: "name another folder: `fivestep demo DIR`".to_owned(),
        });
    }
    let workspace = Workspace::create(dir, &[])?;
    write(workspace.root(), MARK, "")?;
    for (name, text) in Shipped::Engagement.files() {
        write(workspace.root(), &name, text)?;
    }
    for story in stories {
        write(workspace.root(), &format!("brands/{}.yaml", story.brand), story.yaml)?;
        for export in &story.exports {
            let path = workspace.root().join(export.path(story.brand));
            export.write(&path).map_err(|error| written(&path, error))?;
        }
    }
    Ok(workspace)
}

fn write(root: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = root.join(name);
    fs::write(&path, text).map_err(|error| written(&path, error))
}

fn written(path: &Path, source: std::io::Error) -> Failure {
    WorkspaceError::Io { path: path.to_owned(), doing: "written", source }.into()
}

/// The demo's workspace and its present.
struct Demo<'a> {
    session: &'a Session,
    workspace: Workspace,
    now: DateTime<Utc>,
}

impl Demo<'_> {
    fn say(&self, text: &str) -> Result<(), Failure> {
        self.session.out.text(text)
    }

    /// Checks every file, as `fivestep check` does, and says the rest in a line.
    fn check(&self) -> Result<(), Failure> {
        let checks = check::check(&check::files_of(&self.workspace)?.0, true, &Histories::new());
        self.say(&check::summary(&checks))?;
        self.say("`fivestep check` shows what azzurro-radio's archive will never tell.\n")
    }

    /// One day of the story: import what was exported, then go as far as the evidence allows.
    fn round(&self, stories: &[Story], days_ago: u32) -> Result<(), Failure> {
        let then = self.now - TimeDelta::days(i64::from(days_ago));
        let mut runner = Runner::open(self.workspace.clone(), Clock::fixed(then))?;
        let weeks = match days_ago {
            0 => "today".to_owned(),
            days => format!("{} weeks ago", days / 7),
        };
        let head = render::bold(&format!("{} ({weeks})", then.format("%Y-%m-%d")));
        self.say(&format!("\n{head}\n"))?;
        for story in stories {
            let today = story.exports.iter().find(|export| export.days_ago == days_ago);
            if let Some(export) = today {
                let path = self.workspace.root().join(export.path(story.brand));
                self.import(&mut runner, story, &path)?;
                self.run_brand(&mut runner, &id(story))?;
            }
        }
        Ok(())
    }

    fn import(&self, runner: &mut Runner, story: &Story, path: &Path) -> Result<(), Failure> {
        let brand = load_brand(&self.workspace, &id(story))?;
        if let Some(source) = brand.sources.first() {
            let done = import(runner, &brand, source, path, How::default())?;
            self.say(&render::wrapped(0, "", &format!("{}  imported: {}", brand.id, done.result)))?;
        }
        Ok(())
    }

    /// Advances until the gate is shut, does the work people can do, and goes on while it helps.
    fn run_brand(&self, runner: &mut Runner, brand: &BrandId) -> Result<(), Failure> {
        let lead = Actor::new("Ada Lead");
        if runner.store().checkpoint(brand)?.revision == 0 {
            runner.start(brand, &lead, false)?;
        }
        loop {
            match runner.advance(brand, &lead, &Until::Blocked, false) {
                Ok(advance) => self.tell(&advance)?,
                Err(Failure::Refused { .. }) => {}
                Err(failure) => return Err(failure),
            }
            let worked = self.work(runner, brand)?;
            let waived = self.waive(runner, brand)?;
            if !worked && !waived {
                return Ok(());
            }
        }
    }

    fn tell(&self, advance: &crate::runner::Advance) -> Result<(), Failure> {
        let view = view::moved::moved(advance);
        if advance.moves() > 0 {
            self.say(&render::moved::line(&view))?;
        }
        Ok(())
    }

    /// Finishes every open task, as people would; whether there was one.
    fn work(&self, runner: &mut Runner, brand: &BrandId) -> Result<bool, Failure> {
        let checkpoint = runner.store().checkpoint(brand)?;
        if !matches!(checkpoint.status, Status::Running) {
            return Ok(false);
        }
        let open = checkpoint.tasks.iter().filter(|(_, state)| state.is_open());
        let open: Vec<TaskId> = open.map(|(task, _)| task.clone()).collect();
        for task in &open {
            let (person, input) = answer(task);
            let verb = Verb::done(task.clone(), input);
            runner.act(brand, &Command::new(verb, Actor::new(person)), false)?;
        }
        Ok(!open.is_empty())
    }

    /// Lets azzurro pass one clause a stage that its archive cannot tell; a second one stays shut,
    /// so that both sides of a waiver can be seen.
    fn waive(&self, runner: &mut Runner, brand: &BrandId) -> Result<bool, Failure> {
        let checkpoint = runner.store().checkpoint(brand)?;
        let place = checkpoint.place.filter(|_| checkpoint.waivers.is_empty());
        let blind = place
            .iter()
            .flat_map(|place| &place.gate)
            .find(|judged| judged.verdict == Verdict::Unmeasurable);
        let Some(clause) = blind.map(|judged| judged.clause.clone()) else {
            return Ok(false);
        };
        let waive =
            Command::new(Verb::Waive { clause: clause.clone() }, Actor::new("Marta Client"))
                .because(Some("an archive cannot tell; we ask for API access"));
        runner.act(brand, &waive, false)?;
        let line = format!("Marta Client waives {clause}: an archive cannot tell");
        self.say(&render::wrapped(0, &format!("{brand}  "), &line))?;
        Ok(true)
    }

    /// Where the brands stand, and why.
    fn close(&self, stories: &[Story], dir: &Path) -> Result<(), Failure> {
        let mut runner = Runner::open(self.workspace.clone(), Clock::fixed(self.now))?;
        let standings = runner.store().standings(None, "", stories.len())?;
        let lines: Vec<_> =
            standings.into_iter().map(|row| view::status::line(row, self.now)).collect();
        self.say(&format!("\n{}\n", render::bold("Where they stand")))?;
        self.say(&render::rows::status(&lines, false))?;
        let mut whys = Vec::new();
        for story in stories {
            let why = view::why::why(&runner.case(&id(story))?, self.now);
            self.say(&format!("\n{}", render::why::text(&why)))?;
            whys.push(why);
        }
        let dir = dir.display();
        self.say(&format!(
            "\nGo on from here:\n  fivestep -C {dir} history bianco-books\n  \
             fivestep -C {dir} show rosso-roasters\n  fivestep -C {dir} brand show azzurro-radio\n"
        ))?;
        if self.session.out.format != Format::Table {
            let ids = || whys.iter().map(|why| why.brand.clone()).collect();
            self.session.out.answer(&whys, ids, String::new)?;
        }
        Ok(())
    }
}

fn id(story: &Story) -> BrandId {
    BrandId::new(story.brand).expect("the demo's brands are named as the rules ask")
}

/// Who does a task in the demo, and how they fill in its form.
fn answer(task: &TaskId) -> (&'static str, Map<String, Value>) {
    let (person, input) = match task.as_str() {
        "sign_charter" => ("Ada Lead", json!({ "agreed": true })),
        "engage" => ("Milo Manager", json!({ "people": 12 })),
        "review" => ("Milo Manager", json!({ "reviewed": 24 })),
        _ => ("Milo Manager", json!({})),
    };
    (person, input.as_object().cloned().unwrap_or_default())
}
