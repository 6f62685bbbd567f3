//! `status`, `why`, `history` and `show`: where brands stand.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, started};

#[test]
fn status_tells_none_from_several() {
    assert_snapshot!(TestEnv::new().terminal("fivestep status\nfivestep status acme"), @r"
    $ fivestep status
    No brand has started. `fivestep brand list` shows those that could.
    [exit 0]

    $ fivestep status acme
     BRAND  CYCLE  STAGE  FOR  STATUS  HELD BY
     acme   0                  ready
    [exit 0]
    ");
    let lines = "
        fivestep status
        fivestep status --blocked
        fivestep status --stage repeat
        fivestep status --stage refine
        fivestep status verde-garden rosso-roasters
        fivestep status verde";
    assert_snapshot!(demo().terminal(lines), @"
    $ fivestep status
     BRAND           CYCLE  STAGE    FOR       STATUS            HELD BY
     azzurro-radio   1      support  just now  blocked just now  open (waived:
                                                                 answered)
     bianco-books    4      repeat   just now  blocked just now  settled
     rosso-roasters  2      repeat   56 d      gold
     verde-garden    1      support  just now  blocked just now  answered, open
    [exit 0]

    $ fivestep status --blocked
     BRAND          CYCLE  STAGE    FOR       STATUS            HELD BY
     azzurro-radio  1      support  just now  blocked just now  open (waived:
                                                                answered)
     bianco-books   4      repeat   just now  blocked just now  settled
     verde-garden   1      support  just now  blocked just now  answered, open
    [exit 0]

    $ fivestep status --stage repeat
     BRAND           CYCLE  STAGE   FOR       STATUS            HELD BY
     bianco-books    4      repeat  just now  blocked just now  settled
     rosso-roasters  2      repeat  56 d      gold
    [exit 0]

    $ fivestep status --stage refine
    No brand is like that. `fivestep status` shows all that have started.
    [exit 0]

    $ fivestep status verde-garden rosso-roasters
     BRAND           CYCLE  STAGE    FOR       STATUS            HELD BY
     verde-garden    1      support  just now  blocked just now  answered, open
     rosso-roasters  2      repeat   56 d      gold
    [exit 0]

    $ fivestep status verde
    error: there is no brand `verde`
    hint: there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]
    ");
}

#[test]
fn why_says_how_many_cases_are_missing() {
    assert_snapshot!(demo().terminal("fivestep why verde-garden"), @"
    $ fivestep why verde-garden
    verde-garden  Verde Garden
    Cycle 1, stage support: Support the audience you have
      there since 2026-03-30 10:00 (just now), checkpoint verde-garden@1.support.8
      measured over 28 d to 2026-03-30 08:00, the newest evidence

    The gate is shut: 2 of 3 clauses hold it
      insufficient answered
        demands:  response_rate at least 70 %, by the lower end of the 95 %
                  interval, on 20 conversations or more
        measured: 100 % (11 of 11 conversations), 95 % interval 74.12 % to 100 %
        not enough data yet: 11 of 20 conversations
        to pass:  9 more conversations at this rate
        remedy:   answer the conversations that wait
        evidence: bluesky_api @verde.example; 2026-03-03 to 2026-03-28; newest 2 h
                  old
        because:  Whoever writes to the brand should hear from it.
      pass         quick
        demands:  first_response_median at most 1 d
        measured: 43 min 39 s over 11 answered conversations, 95 % interval 27 min
                  to 1 h
        evidence: bluesky_api @verde.example; 2026-03-03 to 2026-03-28; newest 2 h
                  old
      insufficient open
        demands:  back_and_forth_rate at least 10 %, on 20 conversations or more
        measured: 36.36 % (4 of 11 conversations), 95 % interval 15.17 % to 64.62 %
        not enough data yet: 11 of 20 conversations
        to pass:  9 more conversations at this rate
        remedy:   answer so that people answer back: ask, do not close
        evidence: bluesky_api @verde.example; 2026-03-03 to 2026-03-28; newest 2 h
                  old
        because:  A conversation goes back and forth; an answer alone closes it.

    Goal: met in 0 of 2 cycles in a row
      pass         engaged_follower_rate at least 2 % (the brand's own goal)
                   13.08 % (34 of 260 followers), 95 % interval 9.511 % to 17.72 %
      insufficient response_rate at least 90 %
                   100 % (11 of 11 conversations), 95 % interval 74.12 % to 100 %
      pass         back_and_forth_rate at least 20 %
                   36.36 % (4 of 11 conversations), 95 % interval 15.17 % to 64.62 %
    [exit 0]
    ");
}

#[test]
fn why_says_what_cannot_be_measured() {
    assert_snapshot!(demo().terminal("fivestep why azzurro-radio"), @"
    $ fivestep why azzurro-radio
    azzurro-radio  Azzurro Radio
    Cycle 1, stage support: Support the audience you have
      there since 2026-03-30 10:00 (just now), checkpoint azzurro-radio@1.support.11
      measured over 28 d to 2026-03-30 08:00, the newest evidence

    The gate is shut: 1 of 3 clauses holds it
      waived       answered
        demands:  response_rate at least 70 %, by the lower end of the 95 %
                  interval, on 20 conversations or more
        measured: a Mastodon archive does not hold conversations others opened
        waived by Marta Client at 2026-03-30 10:00: an archive cannot tell; we ask
        for API access
        evidence: newest 2 h old
      pass         quick
        demands:  first_response_median at most 1 d
        measured: 55 min 48 s over 24 answered conversations, 95 % interval 43 min
                  48 s to 1 h 12 min
        evidence: mastodon_archive @azzurro@radio.example; 2026-03-03 to 2026-03-29;
                  newest 2 h old
        note:     answered conversations only: a source without others' posts does
                  not tell what was left unanswered, nor whether it was meant for us
      unmeasurable open
        demands:  back_and_forth_rate at least 10 %, on 20 conversations or more
        measured: a Mastodon archive does not hold conversations others opened
        remedy:   add a source that tells; a named person can waive a gate's clause
                  with `waive`
        evidence: newest 2 h old
        because:  A conversation goes back and forth; an answer alone closes it.

    Goal: met in 0 of 2 cycles in a row
      unmeasurable engaged_follower_rate at least 2 % (the brand's own goal)
                   a Mastodon archive does not hold number of followers or followers
                   by name or people who engaged, by name
      unmeasurable response_rate at least 90 %
                   a Mastodon archive does not hold conversations others opened
      unmeasurable back_and_forth_rate at least 20 %
                   a Mastodon archive does not hold conversations others opened
    [exit 0]
    ");
}

#[test]
fn why_says_who_waived_what() {
    let env = demo();
    let lines = "
        fivestep waive azzurro-radio open --reason 'the archive is one-sided'
        fivestep waive azzurro-radio open --reason again
        fivestep why azzurro-radio
        fivestep advance azzurro-radio";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep waive azzurro-radio open --reason 'the archive is one-sided'
    azzurro-radio  azzurro-radio@1.support.12
      clause open waived
    [exit 0]

    $ fivestep waive azzurro-radio open --reason again
    blocked: azzurro-radio: clause `open` is waived already for this visit of the stage
    hint: go on with `fivestep advance azzurro-radio`
    [exit 10]

    $ fivestep why azzurro-radio
    azzurro-radio  Azzurro Radio
    Cycle 1, stage support: Support the audience you have
      there since 2026-03-30 10:00 (just now), checkpoint azzurro-radio@1.support.12
      measured over 28 d to 2026-03-30 08:00, the newest evidence

    The gate is open: `fivestep advance azzurro-radio`
      waived       answered
        demands:  response_rate at least 70 %, by the lower end of the 95 %
                  interval, on 20 conversations or more
        measured: a Mastodon archive does not hold conversations others opened
        waived by Marta Client at 2026-03-30 10:00: an archive cannot tell; we ask
        for API access
        evidence: newest 2 h old
      pass         quick
        demands:  first_response_median at most 1 d
        measured: 55 min 48 s over 24 answered conversations, 95 % interval 43 min
                  48 s to 1 h 12 min
        evidence: mastodon_archive @azzurro@radio.example; 2026-03-03 to 2026-03-29;
                  newest 2 h old
        note:     answered conversations only: a source without others' posts does
                  not tell what was left unanswered, nor whether it was meant for us
      waived       open
        demands:  back_and_forth_rate at least 10 %, on 20 conversations or more
        measured: a Mastodon archive does not hold conversations others opened
        waived by Ada at 2026-03-30 10:00: the archive is one-sided
        evidence: newest 2 h old

    Goal: met in 0 of 2 cycles in a row
      unmeasurable engaged_follower_rate at least 2 % (the brand's own goal)
                   a Mastodon archive does not hold number of followers or followers
                   by name or people who engaged, by name
      unmeasurable response_rate at least 90 %
                   a Mastodon archive does not hold conversations others opened
      unmeasurable back_and_forth_rate at least 20 %
                   a Mastodon archive does not hold conversations others opened
    [exit 0]

    $ fivestep advance azzurro-radio
    azzurro-radio  support > refine
    [exit 0]
    ");
}

#[test]
fn why_says_how_far_a_failing_clause_is_from_passing() {
    let env = started();
    env.replace("brands/acme.yaml", "[coffee, caffè, espresso, moka, beans, ", "[");
    assert_snapshot!(env.terminal("fivestep why acme"), @"
    $ fivestep why acme
    acme  Acme Coffee
    Cycle 1, stage define: Define your true brand
      there since 2026-03-30 10:00 (just now), checkpoint acme@1.define.1
      measured over 28 d to 2026-03-30 08:00, the newest evidence

    The gate is shut: 2 of 4 clauses hold it
      pass         complete
        demands:  profile_completeness at least 100 %
        measured: 100 % (4 of 4 profile fields)
        evidence: bluesky_api @acme.example; 2026-03-30 to 2026-03-30; newest 2 h
                  old
      fail         on_topic
        demands:  topic_adherence at least 60 %, by the lower end of the 95 %
                  interval, on 20 own posts or more
        measured: 53.12 % (17 of 32 own posts), 95 % interval 36.45 % to 69.13 %
        to pass:  24 more posts on a pillar in a row
        remedy:   post about what the charter says you know, or change the charter's
                  pillars
        evidence: bluesky_api @acme.example; 2026-03-02 to 2026-03-29; newest 2 h
                  old
        because:  Most posts should be about what the brand said it likes and knows.
      pass         steady
        demands:  longest_silent_gap at most 7 d
        measured: 16 h 58 min over 73 own posts
        evidence: bluesky_api @acme.example; 2026-03-02 to 2026-03-29; newest 2 h
                  old
      fail         signed
        demands:  task sign_charter done: Sign the charter
        measured: open, for role:lead, due 2026-04-02 10:00 (in 3 d)

    Tasks
      sign_charter: Sign the charter
        open, for role:lead, due 2026-04-02 10:00 (in 3 d)
        form: agreed: true
        form: note: a text (optional)
    next: deadline of sign_charter in 3 d (2026-04-02 10:00)

    Goal: met in 0 of 2 cycles in a row
      pass         engaged_follower_rate at least 2 % (the brand's own goal)
                   11 % (44 of 400 followers), 95 % interval 8.297 % to 14.45 %
      pass         response_rate at least 90 %
                   100 % (40 of 40 conversations), 95 % interval 91.24 % to 100 %
      pass         back_and_forth_rate at least 20 %
                   40 % (16 of 40 conversations), 95 % interval 26.35 % to 55.4 %
    [exit 0]
    ");
}

#[test]
fn why_names_brands_that_are_not_ready_to_be_asked() {
    let env = TestEnv::new();
    assert_snapshot!(env.terminal("fivestep why acme\nfivestep why nobody\nfivestep why"), @r"
    $ fivestep why acme
    acme  Acme Coffee
    Not started; start it with `fivestep start acme`
    note: no evidence has been imported for acme yet; `fivestep import acme`

    Goal: met in 0 of 2 cycles in a row
      insufficient engaged_follower_rate at least 2 % (the brand's own goal)
                   nothing was imported yet
      insufficient response_rate at least 90 %
                   nothing was imported yet
      insufficient back_and_forth_rate at least 20 %
                   nothing was imported yet
    [exit 0]

    $ fivestep why nobody
    error: there is no brand `nobody`
    hint: there is `acme`
    [exit 4]

    $ fivestep why
    error: the following required arguments were not provided:
      <BRAND>...

    Usage: fivestep why --actor <NAME> --now <INSTANT> <BRAND>...

    For more information, try '--help'.
    [exit 2]
    ");
}

#[test]
fn history_is_the_journal() {
    let lines = "
        fivestep history azzurro-radio
        fivestep history azzurro-radio --last 2
        fivestep history nobody";
    assert_snapshot!(demo().terminal(lines), @"
    $ fivestep history azzurro-radio
     REV  WHEN (UTC)        WHO           WHAT
     1    2026-03-30 10:00  Ada Lead      started on engagement 27dfd609
                                          evidence measured, newest 2026-03-30
                                          08:00
                                          cycle 1 begins
                                          entered define
                                          task sign_charter opened, due 2026-04-02
                                          10:00
     2    2026-03-30 10:00  Ada Lead      gate shut: signed fail
     3    2026-03-30 10:00  Ada Lead      task sign_charter done
     4    2026-03-30 10:00  Ada Lead      gate open: all 4 clauses let through
                                          left define
                                          entered target
                                          task engage opened, due 2026-04-06 10:00
     5    2026-03-30 10:00  Ada Lead      gate shut: reached unmeasurable, wrote
                                          fail
     6    2026-03-30 10:00  Milo Manager  task engage done
     7    2026-03-30 10:00  Marta Client  clause reached waived (an archive cannot
                                          tell; we ask for API access)
     8    2026-03-30 10:00  Ada Lead      gate open: all 2 clauses let through
                                          left target
                                          entered support
     9    2026-03-30 10:00  Ada Lead      gate shut: answered unmeasurable, open
                                          unmeasurable
     10   2026-03-30 10:00  Marta Client  clause answered waived (an archive cannot
                                          tell; we ask for API access)
     11   2026-03-30 10:00  Ada Lead      gate shut: open unmeasurable
    [exit 0]

    $ fivestep history azzurro-radio --last 2
     REV  WHEN (UTC)        WHO           WHAT
     10   2026-03-30 10:00  Marta Client  clause answered waived (an archive cannot
                                          tell; we ask for API access)
     11   2026-03-30 10:00  Ada Lead      gate shut: open unmeasurable
    [exit 0]

    $ fivestep history nobody
    error: there is no brand `nobody`
    hint: there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]
    ");
    assert_snapshot!(TestEnv::new().terminal("fivestep history acme"), @r"
    $ fivestep history acme
    acme has not started; `fivestep start acme`
    [exit 0]
    ");
}

#[test]
fn the_end_of_a_journal_is_the_end_in_every_format() {
    let env = demo();
    assert_eq!(
        env.ok(["history", "verde-garden", "--last", "2", "-o", "ids"]).stdout,
        "verde-garden@7\nverde-garden@8\n"
    );
    let last = env.ok(["history", "verde-garden", "--last", "2", "-o", "json"]).json();
    assert_eq!(last.as_array().unwrap().len(), 2);
    assert_snapshot!(env.terminal("fivestep history verde-garden --last 0"), @r"
    $ fivestep history verde-garden --last 0
     REV  WHEN (UTC)  WHO  WHAT
    [exit 0]
    ");
}

#[test]
fn evidence_that_is_newer_than_the_clock_is_not_called_old() {
    let env = demo().at("2026-03-28T08:00:00Z");
    let why = env.ok(["why", "verde-garden"]).stdout;
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(why.contains("newest 2 d ahead of this clock"), "{why}");
    assert!(!why.contains("-2 d"), "{why}");
}

#[test]
fn show_gives_every_number_with_its_sample_and_interval() {
    assert_snapshot!(demo().terminal("fivestep show verde-garden"), @"
    $ fivestep show verde-garden
    verde-garden  Verde Garden
      workflow engagement 27dfd609
      window: 28 d to 2026-03-30 08:00, the newest evidence
      evidence inside it: 2026-03-02 to 2026-03-30
      sources: bluesky_api @verde.example

    engaged_followers
        34 of 260 followers
        counts: followers as the profile states them
    engaged_follower_rate
        13.08 % (34 of 260 followers), 95 % interval 9.511 % to 17.72 %; fraction
        0.1308
        counts: followers as the profile states them
    er_active
        a folder of saved Bluesky API answers does not hold last posts of followers
        counts: active followers
    er_followers_post
        0.385 % over 44 own posts, 95 % interval 0.3846 % to 0.7692 %
        counts: own posts in the window, each by the followers stated nearest to it
        note: the number of followers was stated more than 7 days away from 33 own
              posts
        note: not in this number, since no export states them: quotes, shares
        note: provisional: 4 own posts counted less than 72 hours after being
              written
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
        100 % (11 of 11 conversations), 95 % interval 74.12 % to 100 %; fraction 1
        counts: conversations opened in the window
    first_response_median
        43 min 39 s over 11 answered conversations, 95 % interval 27 min to 1 h
        counts: answered conversations opened in the window
    first_response_median.business
        31 min 30 s over 11 answered conversations, 95 % interval 0 s to 1 h
        counts: answered conversations opened in the window
        note: only working time counts: mon, tue, wed, thu, fri, Europe/Rome
    first_response_p90
        1 h over 11 answered conversations
        counts: answered conversations opened in the window
        note: no interval: it takes 36 answers and there are 11
    first_response_p90.business
        1 h over 11 answered conversations
        counts: answered conversations opened in the window
        note: only working time counts: mon, tue, wed, thu, fri, Europe/Rome
        note: no interval: it takes 36 answers and there are 11
    back_and_forth_rate
        36.36 % (4 of 11 conversations), 95 % interval 15.17 % to 64.62 %; fraction
        0.3636
        counts: conversations in which they spoke in the window
    conversation_depth
        2 over 11 conversations, 95 % interval 2 to 3
        counts: conversations in which they spoke in the window
    conversation_rate
        0.136 over 44 own posts, 95 % interval 0.045 to 0.25
        counts: own posts in the window whose numbers are known
        note: provisional: 4 own posts counted less than 72 hours after being
              written
    amplification_rate
        0.318 over 44 own posts, 95 % interval 0.182 to 0.455
        counts: own posts in the window whose numbers are known
        note: not in this number, since no export states them: quotes, shares
        note: provisional: 4 own posts counted less than 72 hours after being
              written
    applause_rate
        0.909 over 44 own posts, 95 % interval 0.705 to 1.114
        counts: own posts in the window whose numbers are known
        note: provisional: 4 own posts counted less than 72 hours after being
              written
    high_intent_rate
        a folder of saved Bluesky API answers does not hold reach of posts
        counts: own posts
    high_intent_followers_post
        0 % over 44 own posts, 95 % interval 0 % to 0 %
        counts: own posts in the window, each by the followers stated nearest to it
        note: the number of followers was stated more than 7 days away from 33 own
              posts
        note: not in this number, since no export states them: saves, shares, quotes
        note: provisional: 4 own posts counted less than 72 hours after being
              written
    reciprocity
        27.5 % (11 of 40 people who spoke with us or we with them), 95 % interval
        16.11 % to 42.84 %; fraction 0.275
        counts: people who engaged with us or to whom we replied in the window
    mutual_follow_rate
        19.23 % (50 of 260 followers known by name), 95 % interval 14.9 % to
        24.46 %; fraction 0.1923
        counts: followers known by name at the window's end
    topic_adherence
        87.5 % (28 of 32 own posts), 95 % interval 71.93 % to 95.03 %; fraction
        0.875
        counts: own posts that begin a thread, public or unlisted
    human_share
        6.818 % (3 of 44 own posts), 95 % interval 2.346 % to 18.23 %; fraction
        0.06818
        counts: own posts and replies, public or unlisted
    profile_completeness
        100 % (4 of 4 profile fields); fraction 1
        counts: required profile fields that the sources tell
    longest_silent_gap
        21 h over 44 own posts
        counts: own posts in the window
    last_own_post
        2026-03-29 21:30
        counts: own posts known up to the window's end
    posts_per_reply
        2.909 over 11 own replies to others
        counts: own replies to others in the window, beside 32 own posts
    share_of_voice
        a folder of saved Bluesky API answers does not hold mentions of us and of
        competitors: a table with a mapping can
        counts: mentions
    concentration
        41.33 % (31 of 75 interactions), 95 % interval 36.11 % to 44.74 %; fraction
        0.4133
        counts: interactions of 40 people in the window
    engaged_retention
        the evidence begins 2026-03-02; the window before ends 2026-03-02
        counts: people engaged in the window before
    target_reach
        no segment lists an account: name some below `accounts` of a segment of
        `audience`
        counts: accounts of the target list
    target_reply_back
        no segment lists an account: name some below `accounts` of a segment of
        `audience`
        counts: accounts that we wrote to
    audience_quality
        no export held what followers' accounts show yet: save `getProfiles` and
        import again
        counts: followers judged
    growth
        no export states the number of followers near 2026-03-02 and near 2026-03-30
        counts: followers at the beginning
    churn
        it takes two complete lists of followers, one of about 2026-03-02 and one of
        about 2026-03-30
        counts: followers at the beginning
    retention
        it takes two complete lists of followers, one of about 2026-03-02 and one of
        about 2026-03-30
        counts: followers at the beginning
    follow_ratio
        0.192 over 260 followers
        counts: followers as the profile states them
    [exit 0]
    ");
}

#[test]
fn receipts_say_what_became_of_every_row_and_what_it_tells() {
    let lines = "
        fivestep receipts azzurro-radio
        fivestep receipts nobody";
    assert_snapshot!(demo().terminal(lines), @"
    $ fivestep receipts azzurro-radio
    1  2026-03-30 10:00
      mastodon_archive @azzurro@radio.example, newest 2026-03-30 08:00
        actor.json: 1 row, 1 kept
        outbox.json: 78 rows, 78 kept
        posts: 2026-03-03 to 2026-03-30
        posts: stated 87, found 78: `totalItems` is the account's own counter and
               seldom equals the list
        note: `bookmarks.json` was not read: its rows have neither a person nor a
              time
        note: `likes.json` was not read: its rows have neither a person nor a time
        note: `orderedItems` stands in outbox.json more than once; the last list
              that is not empty was read
        tells: profile fields, times of our answers, own posts
        cannot tell: number of followers, followers by name, people who engaged, by
                     name, conversations others opened, numbers of posts, numbers of
                     the account, follow requests, last posts of followers, what
                     followers' accounts show, reach of posts, impressions of posts,
                     views of posts, number of engaged followers, mentions of us and
                     of competitors
    [exit 0]

    $ fivestep receipts nobody
    error: there is no brand `nobody`
    hint: there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]
    ");
}

#[test]
fn the_window_ends_where_it_was_asked_to() {
    let env = demo();
    let window = |args: &[&str]| {
        let shown = env.ok(args.iter().copied()).stdout;
        shown.lines().skip(2).take(2).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(window(&["show", "rosso-roasters"]), @r"
    window: 28 d to 2026-03-30 08:00, the newest evidence
    evidence inside it: 2026-03-02 to 2026-03-30
    ");
    assert_snapshot!(window(&["show", "rosso-roasters", "--window-end", "2026-03-20"]), @r"
    window: 28 d to 2026-03-20 23:59, as asked
    evidence inside it: 2026-02-21 to 2026-03-20
    ");
    assert_snapshot!(env.terminal("fivestep show rosso-roasters --window-end soon"), @r"
    $ fivestep show rosso-roasters --window-end soon
    error: invalid value 'soon' for '--window-end <INSTANT>': write an instant such as 2026-03-02T09:00:00Z, or a day such as 2026-03-02

    For more information, try '--help'.
    [exit 2]
    ");
}
