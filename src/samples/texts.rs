//! Sentences of our own, in English and Italian, on and off the topics of four trades.
//!
//! # Always true
//!
//! - Every sentence of [`Trade::on_topic`] touches a pillar of the trade's brand in
//!   [`super::story`], and none of [`Trade::off_topic`] does; a test holds this.

use super::plan::Words;

/// What a sample account talks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    /// A coffee roaster.
    Roaster,
    /// A bookshop.
    Bookshop,
    /// A plant nursery.
    Garden,
    /// A neighbourhood radio.
    Radio,
}

impl Trade {
    /// Sentences about what the account knows, each with its language.
    pub fn on_topic(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Trade::Roaster => ROASTER,
            Trade::Bookshop => BOOKSHOP,
            Trade::Garden => GARDEN,
            Trade::Radio => RADIO,
        }
    }

    /// Sentences about something else, each with its language.
    pub fn off_topic(self) -> &'static [(&'static str, &'static str)] {
        OFF_TOPIC
    }
}

const ROASTER: &[Words] = &[
    ("en", "We roasted the first bags of the new harvest this morning."),
    ("it", "Oggi tostiamo piano: il caffè del Perù chiede tempo."),
    ("en", "A single origin from Huehuetenango, washed, is on the shelf."),
    ("en", "Our espresso runs at 94 degrees this week. Slower, sweeter."),
    ("it", "Un espresso corto e una sedia al sole."),
    ("en", "Which grinder do you use at home? Ours are open for a look today."),
    ("en", "Rita cupped eleven coffees before lunch. She kept two."),
    ("it", "La nuova macinatura per la moka: più grossa di quanto pensiate."),
    ("en", "Latte art night on Thursday: bring a jug, leave with a tulip."),
    ("en", "The roaster's drum is clean, the windows are open, the beans wait."),
    ("it", "Chicchi verdi appena arrivati: li assaggiamo insieme sabato."),
    ("en", "Filter or moka? We brewed the same coffee both ways."),
];

const BOOKSHOP: &[Words] = &[
    ("en", "Three novels came back into print today; all three are on the table."),
    ("it", "Un libro al giorno: oggi uno di poesie."),
    ("en", "The reading group meets on Tuesday, with tea and no homework."),
    ("en", "Which book did you lend and never see again?"),
    ("it", "Letture ad alta voce per i più piccoli, sabato alle dieci."),
    ("en", "Bianca unpacked forty paperbacks and read the first page of each."),
    ("it", "Romanzi brevi per viaggi brevi: cinque proposte."),
    ("en", "An author signs here on Friday. Bring your worn copies."),
    ("en", "We read the whole shortlist so that you may read only the best."),
    ("it", "Nuovi scaffali per i libri usati, vecchi prezzi."),
];

const GARDEN: &[Words] = &[
    ("en", "Sow the broad beans now; the soil is warm enough."),
    ("it", "Potatura delle rose: meglio tardi che nel gelo."),
    ("en", "The compost is ready. Bring a bucket, take as much as you carry."),
    ("en", "A tray of tomato seedlings looks for a sunny balcony."),
    ("it", "Semi antichi: scambio domenica mattina in serra."),
    ("en", "Verena prunes the old pear today. Come and watch how."),
    ("it", "Il terreno è asciutto: innaffiate la sera."),
    ("en", "Slugs or seedlings? A short guide to having both."),
    ("en", "We planted garlic in October; this is the first green."),
];

const RADIO: &[Words] = &[
    ("en", "Tonight's broadcast: two hours of records nobody asked for."),
    ("it", "In onda alle otto: le voci del quartiere."),
    ("en", "Our studio smells of warm valves again. The old desk plays on."),
    ("it", "Nuova puntata: la storia della piazza, raccontata da chi ci vive."),
    ("en", "Listen again: the interview with the bell ringers is up."),
    ("it", "Ascoltatori, mandateci i suoni della vostra cucina."),
    ("en", "A playlist for people who wait at bus stops."),
    ("en", "Aldo interviews the last cobbler of the street at nine."),
];

const OFF_TOPIC: &[Words] = &[
    ("en", "What a match last night. Nobody here slept."),
    ("it", "Che traffico stamattina!"),
    ("en", "Rain again, and the umbrella is at the other door."),
    ("en", "Our neighbour's cat sat in the window all day."),
    ("it", "Buon lunedì a tutti, anche a chi non lo vuole."),
    ("en", "Ten percent off everything, today only."),
    ("en", "Who else cannot decide what to wear for the carnival?"),
    ("it", "Finalmente venerdì."),
    ("en", "We are closed on the holiday. See you on the day after."),
];

/// How we go on in a thread, without a word on the topic.
pub(super) const CONTINUATION: Words = ("en", "(And yes, the door was open the whole time.)");

/// What people say first.
pub(super) const OPENINGS: &[Words] = &[
    ("en", "Are you open on Sunday?"),
    ("it", "Spedite anche in Svizzera?"),
    ("en", "This made my morning, thank you."),
    ("en", "Could you tell me more about this one?"),
    ("it", "Che bello! Posso passare domani?"),
    ("en", "I came by yesterday and somebody helped me so kindly."),
    ("en", "How long does that keep?"),
];

/// What we answer.
pub(super) const ANSWERS: &[Words] = &[
    ("en", "Yes, from nine to one. What are you looking for?"),
    ("it", "Certo! Di che cosa avete bisogno?"),
    ("en", "Thank you for saying so. Which part did you like best?"),
    ("en", "Gladly: ask for Rita at the counter, or write here what you would like to know."),
    ("it", "Volentieri, vi aspettiamo. A che ora?"),
];

/// What they say to that.
pub(super) const BACK: &[Words] = &[
    ("en", "Perfect, I will be there at ten."),
    ("it", "Grazie mille, a domani!"),
    ("en", "I did not know that. Thank you!"),
    ("en", "The second one, if there is some left."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{evidence::topics::Topics, model::Pillar, samples::story::stories};

    /// The pillars of a brand file, read without the loader, which has tests of its own.
    fn topics(yaml: &str) -> Topics {
        let brand: serde_yaml::Value = serde_yaml::from_str(yaml).expect("a brand file is YAML");
        let words = |value: &serde_yaml::Value| -> Vec<String> {
            let words = value.as_sequence().into_iter().flatten();
            words.map(|word| word.as_str().expect("a word").to_owned()).collect()
        };
        let pillars: Vec<Pillar> = brand["charter"]["pillars"]
            .as_sequence()
            .expect("pillars")
            .iter()
            .map(|pillar| Pillar {
                id: pillar["id"].as_str().expect("an id").to_owned(),
                words: words(&pillar["words"]),
                not: pillar.get("not").map(words).unwrap_or_default(),
            })
            .collect();
        Topics::new(&pillars, &words(&brand["languages"]))
    }

    #[test]
    fn each_trade_has_sentences_on_its_topics_and_off_them() {
        let today = "2026-03-29T12:00:00Z".parse().expect("an instant");
        let trades = [Trade::Roaster, Trade::Bookshop, Trade::Garden, Trade::Radio];
        for (trade, story) in trades.into_iter().zip(stories(today)) {
            let topics = topics(story.yaml);
            for (_, text) in trade.on_topic() {
                assert!(topics.touches(text, None), "{}: {text}", story.brand);
            }
            for (_, text) in trade.off_topic().iter().chain([&CONTINUATION]) {
                assert_eq!(topics.found_in(text, None), [""; 0], "{}: {text}", story.brand);
            }
        }
    }
}
