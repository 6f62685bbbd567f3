//! `import`: exports become evidence.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, round};
use fivestep::samples::Round;

/// Acme's first export is in place.
fn exported() -> TestEnv {
    let env = TestEnv::new();
    env.export("exports/acme", &round());
    env
}

#[test]
fn the_first_import_counts_every_file_and_the_second_changes_nothing() {
    let env = exported();
    assert_snapshot!(env.terminal("fivestep import acme\nfivestep import acme"), @"
    $ fivestep import acme
    acme  $DIR/exports/acme
      bluesky_api @acme.example, newest 2026-03-30 08:00
        getAuthorFeed-1.json: 74 rows, 74 kept
        getFollowers-1.json: 100 rows, 100 kept
        getFollowers-2.json: 100 rows, 100 kept
        getFollowers-3.json: 100 rows, 100 kept
        getFollowers-4.json: 100 rows, 100 kept
        getFollows.json: 50 rows, 50 kept
        getPostThread-1.json: 4 rows, 4 kept
        getPostThread-2.json: 4 rows, 4 kept
        getPostThread-3.json: 3 rows, 3 kept
        getPostThread-4.json: 3 rows, 3 kept
        getPostThread-5.json: 4 rows, 4 kept
        getProfile.json: 1 row, 1 kept
        listNotifications-1.json: 100 rows, 100 kept
        listNotifications-2.json: 39 rows, 39 kept
        follows: 2025-03-01 to 2025-03-17
        interactions: 2026-03-02 to 2026-03-30
        post totals: 2026-03-02 to 2026-03-29
        posts: 2026-03-02 to 2026-03-29
        followers: stated 400, found 400: equal
        accounts followed: stated 50, found 50: equal
        own posts: stated 73, found 73: equal
        note: the list of followers is complete
      1213 facts added, 0 updated.
    [exit 0]

    $ fivestep import acme
    acme  $DIR/exports/acme
      bluesky_api @acme.example, newest 2026-03-30 08:00
        getAuthorFeed-1.json: 74 rows, 74 kept
        getFollowers-1.json: 100 rows, 100 kept
        getFollowers-2.json: 100 rows, 100 kept
        getFollowers-3.json: 100 rows, 100 kept
        getFollowers-4.json: 100 rows, 100 kept
        getFollows.json: 50 rows, 50 kept
        getPostThread-1.json: 4 rows, 4 kept
        getPostThread-2.json: 4 rows, 4 kept
        getPostThread-3.json: 3 rows, 3 kept
        getPostThread-4.json: 3 rows, 3 kept
        getPostThread-5.json: 4 rows, 4 kept
        getProfile.json: 1 row, 1 kept
        listNotifications-1.json: 100 rows, 100 kept
        listNotifications-2.json: 39 rows, 39 kept
        follows: 2025-03-01 to 2025-03-17
        interactions: 2026-03-02 to 2026-03-30
        post totals: 2026-03-02 to 2026-03-29
        posts: 2026-03-02 to 2026-03-29
        followers: stated 400, found 400: equal
        accounts followed: stated 50, found 50: equal
        own posts: stated 73, found 73: equal
        note: the list of followers is complete
      Nothing new: every fact was known already.
    [exit 0]
    ");
}

#[test]
fn a_dry_run_reads_and_keeps_nothing() {
    let env = exported();
    assert!(
        env.ok(["import", "acme", "--dry-run"])
            .stdout
            .ends_with("  Dry run: nothing was written.\n")
    );
    let lines = "
        fivestep receipts acme
        fivestep show acme";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep receipts acme
    Nothing has been imported yet.
    [exit 0]

    $ fivestep show acme
    acme  Acme Coffee
      workflow engagement 27dfd609
    note: no evidence has been imported for acme yet; `fivestep import acme`

    engaged_followers
        nothing was imported yet
        counts: followers
    engaged_follower_rate
        nothing was imported yet
        counts: followers
    er_active
        a folder of saved Bluesky API answers does not hold last posts of followers
        counts: active followers
    er_followers_post
        nothing was imported yet
        counts: own posts
    er_reach
        a folder of saved Bluesky API answers does not hold reach of posts
        counts: own posts
    er_impressions
        a folder of saved Bluesky API answers does not hold impressions of posts
        counts: own posts
    er_views
        a folder of saved Bluesky API answers does not hold views of posts
        counts: own posts
    response_rate
        nothing was imported yet
        counts: conversations
    first_response_median
        nothing was imported yet
        counts: answered conversations
    first_response_median.business
        nothing was imported yet
        counts: answered conversations
    first_response_p90
        nothing was imported yet
        counts: answered conversations
    first_response_p90.business
        nothing was imported yet
        counts: answered conversations
    back_and_forth_rate
        nothing was imported yet
        counts: conversations
    conversation_depth
        nothing was imported yet
        counts: conversations
    conversation_rate
        nothing was imported yet
        counts: own posts
    amplification_rate
        nothing was imported yet
        counts: own posts
    applause_rate
        nothing was imported yet
        counts: own posts
    high_intent_rate
        a folder of saved Bluesky API answers does not hold reach of posts
        counts: own posts
    high_intent_followers_post
        nothing was imported yet
        counts: own posts
    reciprocity
        nothing was imported yet
        counts: people who spoke with us or we with them
    mutual_follow_rate
        nothing was imported yet
        counts: followers known by name
    topic_adherence
        nothing was imported yet
        counts: own posts
    human_share
        nothing was imported yet
        counts: own posts
    profile_completeness
        nothing was imported yet
        counts: profile fields
    longest_silent_gap
        nothing was imported yet
        counts: own posts
    last_own_post
        nothing was imported yet
        counts: own posts
    posts_per_reply
        nothing was imported yet
        counts: own replies to others
    share_of_voice
        a folder of saved Bluesky API answers does not hold mentions of us and of
        competitors: a table with a mapping can
        counts: mentions
    concentration
        nothing was imported yet
        counts: interactions
    engaged_retention
        nothing was imported yet
        counts: people engaged in the window before
    target_reach
        nothing was imported yet
        counts: accounts of the target list
    target_reply_back
        nothing was imported yet
        counts: accounts that we wrote to
    audience_quality
        nothing was imported yet
        counts: followers judged
    growth
        nothing was imported yet
        counts: followers at the beginning
    churn
        nothing was imported yet
        counts: followers at the beginning
    retention
        nothing was imported yet
        counts: followers at the beginning
    follow_ratio
        nothing was imported yet
        counts: followers
    [exit 0]
    ");
}

#[test]
fn an_export_can_lie_anywhere() {
    let env = exported();
    std::fs::rename(env.path("exports/acme"), env.path("Downloads of Ada")).unwrap();
    let told = env.terminal("fivestep import acme \"Downloads of Ada\"\nfivestep import acme");
    let ends: Vec<&str> = told.lines().filter(|line| !line.starts_with("    ")).collect();
    assert_snapshot!(ends.join("\n"), @r#"
    $ fivestep import acme "Downloads of Ada"
    acme  Downloads of Ada
      bluesky_api @acme.example, newest 2026-03-30 08:00
      1213 facts added, 0 updated.
    [exit 0]

    $ fivestep import acme
    error: `$DIR/exports/acme` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]
    "#);
}

#[test]
fn a_later_export_marks_who_left_and_who_came_back() {
    let env = exported();
    env.ok(["import", "acme"]);
    let later = |ends_at: &str| Round::healthy(ends_at.parse().unwrap());
    env.export("exports/b", &Round { followers_from: 7, ..later("2026-03-30T08:30:00Z") });
    env.export("exports/c", &later("2026-03-30T09:00:00Z"));
    let last =
        |path: &str| env.ok(["import", "acme", path]).stdout.lines().last().map(str::to_owned);
    assert_snapshot!(last("exports/b").unwrap(), @"  415 facts added, 393 updated, 7 people left.");
    assert_snapshot!(last("exports/c").unwrap(), @"  351 facts added, 450 updated, 7 people left, 7 people came back.");
}

#[test]
fn what_is_no_export_of_the_brand_is_refused() {
    let env = demo();
    env.write("notes.txt", "hello").write("empty/.keep", "");
    let lines = "
        fivestep import rosso-roasters
        fivestep import rosso-roasters exports/bianco-books/2026-03-30
        fivestep import rosso-roasters exports/azzurro-radio/2026-03-30.zip
        fivestep import rosso-roasters notes.txt
        fivestep import rosso-roasters empty
        fivestep import rosso-roasters nowhere
        fivestep import azzurro-radio notes.txt
        fivestep import roso-roasters exports";
    let before = env.contents();
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep import rosso-roasters
    error: no source of rosso-roasters has a path
    hint: name the export: `fivestep import rosso-roasters PATH`
    [exit 2]

    $ fivestep import rosso-roasters exports/bianco-books/2026-03-30
    error: `getProfile.json` is of the account `@bianco.example`, not of `@rosso.example`
    hint: give the account as `@bianco.example`, or choose the right export
    [exit 1]

    $ fivestep import rosso-roasters exports/azzurro-radio/2026-03-30.zip
    error: `exports/azzurro-radio/2026-03-30.zip` is a Mastodon archive, and rosso-roasters has no source of kind `mastodon_archive`
    hint: add `{ kind: mastodon_archive, account: ACCOUNT }` to `sources` in brands/rosso-roasters.yaml
    [exit 2]

    $ fivestep import rosso-roasters notes.txt
    error: `notes.txt` is a file, but a `bluesky_api` source is read from the folder that holds the saved answers
    hint: give a folder with saved answers named after their calls: getProfile.json, listNotifications.json, getFollowers.json, getFollows.json, getAuthorFeed.json, getPostThread.json, getProfiles.json, getLikes.json, getRepostedBy.json, getQuotes.json, getRelationships.json
    [exit 1]

    $ fivestep import rosso-roasters empty
    error: `empty` holds no file that a `bluesky_api` source reads
    hint: give a folder with saved answers named after their calls: getProfile.json, listNotifications.json, getFollowers.json, getFollows.json, getAuthorFeed.json, getPostThread.json, getProfiles.json, getLikes.json, getRepostedBy.json, getQuotes.json, getRelationships.json
    [exit 1]

    $ fivestep import rosso-roasters nowhere
    error: `nowhere` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]

    $ fivestep import azzurro-radio notes.txt
    error: `notes.txt` is no archive by its first bytes, but a `mastodon_archive` source is read from a .zip, .tar.gz or .tar archive
    hint: give the archive itself, as downloaded from Preferences > Import and export: a .zip or .tar.gz file
    [exit 1]

    $ fivestep import roso-roasters exports
    error: there is no brand `roso-roasters`
    hint: did you mean `rosso-roasters`? there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]
    ");
    assert_eq!(env.contents(), before, "nothing was written");
}

#[test]
fn an_export_from_the_future_is_refused() {
    let env = exported().at("2026-03-01T10:00:00Z");
    assert_snapshot!(env.terminal("fivestep import acme"), @r"
    $ fivestep import acme
    error: the newest fact of the export is of 2026-03-30T08:00:00Z, but it is 2026-03-01T10:00:00Z now
    hint: set the clock of this machine right, or leave out the row with the wrong time
    [exit 1]
    ");
}

#[test]
fn one_brand_without_an_export_hides_no_other() {
    let env = TestEnv::new();
    env.export("exports/acme", &round());
    let text = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let second = text.replace("brand: acme", "brand: bare").replace("exports/acme", "exports/bare");
    env.write("brands/bare.yaml", second);
    let answer = env.line("fivestep brand list -o ids | fivestep import -");
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.stdout.contains("facts added"), "{}", answer.text());
    assert!(answer.stderr.contains("exports/bare"), "{}", answer.text());
    let two = env.line("fivestep brand list -o ids | fivestep import - exports/acme");
    assert_eq!(two.code, 2, "{}", two.text());
}

/// A table of followers, each since a day.
fn followers(names: std::ops::Range<u32>, day: u32) -> String {
    let rows = names.map(|name| format!("fan{name},2026-03-{day:02}\n"));
    format!("name,since\n{}", rows.collect::<String>())
}

#[test]
fn a_list_that_lost_half_of_its_people_is_asked_about() {
    let env = TestEnv::new();
    env.write(
        "map.yaml",
        "rows: followers\ncomplete: true\ncolumns: { author: name, at: since }\n",
    );
    env.write("old.csv", followers(0..30, 1)).write("new.csv", followers(0..5, 2));
    let lines = "fivestep import acme old.csv --map map.yaml
        fivestep import acme new.csv --map map.yaml
        fivestep import acme new.csv --map map.yaml --part
        fivestep import acme new.csv --map map.yaml --whole
        fivestep import acme old.csv new.csv --map map.yaml --whole";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep import acme old.csv --map map.yaml
    acme  old.csv
      table acme, newest 2026-03-01 00:00
        old.csv: 30 rows, 30 kept
        follows: 2026-03-01 to 2026-03-01
        note: read by a mapping as rows of `followers`
      61 facts added, 0 updated.
    [exit 0]

    $ fivestep import acme new.csv --map map.yaml
    error: 30 followers of acme are known and this export lists 5: the others would be marked as gone
    hint: if it is a part, such as a range of dates, add `--part`; if they are really gone, `--whole`
    [exit 2]

    $ fivestep import acme new.csv --map map.yaml --part
    acme  new.csv
      table acme, newest 2026-03-02 00:00
        new.csv: 5 rows, 5 kept
        follows: 2026-03-02 to 2026-03-02
        note: read by a mapping as rows of `followers`
        note: taken as a part, so nobody is marked as gone
      1 fact added, 5 updated.
    [exit 0]

    $ fivestep import acme new.csv --map map.yaml --whole
    acme  new.csv
      table acme, newest 2026-03-02 00:00
        new.csv: 5 rows, 5 kept
        follows: 2026-03-02 to 2026-03-02
        note: read by a mapping as rows of `followers`
      0 facts added, 0 updated, 25 people left.
    [exit 0]

    $ fivestep import acme old.csv new.csv --map map.yaml --whole
    acme  old.csv
      table acme, newest 2026-03-01 00:00
        old.csv: 30 rows, 30 kept
        follows: 2026-03-01 to 2026-03-01
        note: read by a mapping as rows of `followers`
      Nothing new: every fact was known already.
    acme  new.csv
      table acme, newest 2026-03-02 00:00
        new.csv: 5 rows, 5 kept
        follows: 2026-03-02 to 2026-03-02
        note: read by a mapping as rows of `followers`
      Nothing new: every fact was known already.
    [exit 0]
    ");
}

#[test]
fn a_table_is_guessed_and_previewed_before_it_is_taken() {
    let env = TestEnv::new();
    let text =
        "Ticket ID,Message ID,Sent At,Role,From,Body\n1,a,2026-03-01T10:00:00Z,user,Ann,Open?\n";
    env.write("tickets.csv", text);
    let guess = env.ok(["import", "acme", "tickets.csv", "--guess-map"]).stdout;
    env.write("map.yaml", guess.replace("[agent]", "[us]"));
    let lines = "fivestep import acme tickets.csv --map map.yaml --preview
        fivestep import acme tickets.csv --map nowhere.yaml
        fivestep import acme --map map.yaml
        fivestep import acme tickets.csv --guess-map --preview";
    assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep import acme tickets.csv --map map.yaml --preview
    acme  tickets.csv
      table acme, newest 2026-03-01 10:00
        tickets.csv: 1 row, 1 kept
        interactions: 2026-03-01 to 2026-03-01
        posts: 2026-03-01 to 2026-03-01
        note: read by a mapping as rows of `messages`
        person {"handle":"@Ann","id":"other:ann"}
        post {"at":"2026-03-01T10:00:00Z","author":"other:ann","chars":5,"id":"other:acme:a","kind":"original","question":true,"root":"other:acme:a","visibility":"public"}
        interaction {"account":"other:acme","act":"mention","actor":"other:ann","at":"2026-03-01T10:00:00Z","object":"other:acme:a"}
      Dry run: nothing was written.
    [exit 0]

    $ fivestep import acme tickets.csv --map nowhere.yaml
    error: `nowhere.yaml` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]

    $ fivestep import acme --map map.yaml
    error: the following required arguments were not provided:
      <FILE>...

    Usage: fivestep import --map <FILE> --actor <NAME> --now <INSTANT> <BRAND> <FILE>...

    For more information, try '--help'.
    [exit 2]

    $ fivestep import acme tickets.csv --guess-map --preview
    error: the argument '--guess-map' cannot be used with '--preview'

    Usage: fivestep import --guess-map --actor <NAME> --now <INSTANT> <BRAND> <FILE>...

    For more information, try '--help'.
    [exit 2]
    "#);
    assert!(!env.path(".fivestep/evidence/acme.db").exists(), "nothing was written");
}
