//! Conversations from sources that have no addresses of their own: help desks and tables.
//!
//! Start reading at [`keep`]: the messages of one thread, in the order of time, become posts and
//! interactions.
//!
//! # Always true
//!
//! - A message answers the one before it; the first opens the thread.

use std::{io, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    SourceError,
    gather::Gather,
    json::Skip,
    met::Met,
    runs::{Row, Runs},
    text,
};
use crate::{
    evidence::facts::{Act, Interaction, Person, PersonId, Post, PostKind, Visibility},
    model::Platform,
};

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    /// A person, by their name at the source.
    Client(String),
    Us,
    /// The source does not tell.
    Nobody,
}

/// One message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Its address.
    pub id: Arc<str>,
    pub at: DateTime<Utc>,
    pub by: By,
    /// Its words.
    pub words: Option<Box<str>>,
    pub told: text::Heard,
    /// As [`Post::needs_answer`].
    pub needs_answer: Option<bool>,
}

impl Message {
    /// Measures the words.
    pub(crate) fn new(id: String, at: DateTime<Utc>, by: By, words: Option<&str>) -> Self {
        let words = words.map(text::clean_text);
        let told = text::Heard::of(words.as_deref(), None);
        Self { id: id.into(), at, by, words: words.map(Into::into), told, needs_answer: None }
    }
}

/// Whose side of a conversation is ours.
pub(crate) struct Us {
    pub id: PersonId,
    pub platform: Platform,
    pub visibility: Visibility,
}

impl Us {
    /// The id of a client; names differ in capitals from one export to the next.
    pub(crate) fn person(&self, name: &str) -> PersonId {
        PersonId::new(self.platform, &name.to_lowercase())
    }

    /// A public post of ours outside of any conversation.
    pub(crate) fn post(&self, id: String, at: DateTime<Utc>, words: Option<&str>) -> Post {
        let words = words.map(text::clean_text);
        let text::Heard { chars, question, language } = text::Heard::of(words.as_deref(), None);
        let post = Post::new(id, self.id.clone(), at);
        Post { chars, question, language, text: words.map(Into::into), ..post }
    }

    fn author(&self, message: &Message) -> PersonId {
        match &message.by {
            By::Client(name) => self.person(name),
            By::Us | By::Nobody => self.id.clone(),
        }
    }
}

/// Messages of many threads, which come in any order.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    messages: Runs<InThread>,
    met: Met,
}

/// A message and the thread that it is in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct InThread {
    thread: Box<str>,
    message: Message,
}

/// Threads one after another, each in the order of time.
impl Row for InThread {
    type Key<'r> = (&'r str, DateTime<Utc>, &'r str);

    fn key(&self) -> Self::Key<'_> {
        (&self.thread, self.message.at, &self.message.id)
    }

    fn words(&self) -> usize {
        self.message.words.as_deref().map_or(0, str::len)
    }

    /// No message comes twice.
    fn join(&mut self, _later: &mut Self) {}
}

impl Threads {
    /// Adds a message.
    ///
    /// # Errors
    ///
    /// If it was there before.
    pub(crate) fn add(&mut self, thread: String, message: Message) -> Result<(), Skip> {
        if !self.met.first(&message.id) {
            return Err(Skip::because("a message that is there twice"));
        }
        self.messages.add(InThread { thread: thread.into(), message });
        Ok(())
    }

    /// Adds them all to the facts.
    ///
    /// # Errors
    ///
    /// What the disk says, where messages wait that are more than the memory is to hold.
    pub(crate) fn keep(self, us: &Us, gather: &mut Gather) -> Result<(), SourceError> {
        let mut open: Option<(Box<str>, Vec<Message>)> = None;
        let read = self.messages.finish()?.into_each(&mut |InThread { thread, message }| {
            match &mut open {
                Some((same, messages)) if *same == thread => messages.push(message),
                _ => {
                    let before = open.replace((thread, vec![message]));
                    before.into_iter().for_each(|(_, messages)| keep(us, &messages, gather));
                }
            }
            Ok::<(), io::Error>(())
        });
        read.map_err(SourceError::Unsorted)?;
        open.into_iter().for_each(|(_, messages)| keep(us, &messages, gather));
        Ok(())
    }
}

/// Adds one thread to the facts.
///
/// - `messages`: in the order of time; those by nobody knows whom are passed over.
pub(crate) fn keep(us: &Us, messages: &[Message], gather: &mut Gather) {
    let signed = || messages.iter().filter(|message| message.by != By::Nobody);
    let Some(root) = signed().next().map(|first| first.id.clone()) else { return };
    let mut before: Option<&Message> = None;
    for message in signed() {
        if let By::Client(name) = &message.by {
            let actor = us.person(name);
            let act = if before.is_none() { Act::Mention } else { Act::Reply };
            gather.person(Person::new(actor.clone(), format!("@{}", text::clean_name(name))));
            let (object, account, at) = (message.id.to_string(), us.id.clone(), message.at);
            gather.interaction(Interaction { actor, act, object, account, at });
        }
        gather.post(post(us, message, before, &root));
        before = Some(message);
    }
}

fn post(us: &Us, message: &Message, before: Option<&Message>, root: &Arc<str>) -> Post {
    let (author, parent_author) = (us.author(message), before.map(|before| us.author(before)));
    let kind = match &parent_author {
        None => PostKind::Original,
        Some(parent) if *parent == author => PostKind::SelfThread,
        Some(_) => PostKind::Reply,
    };
    Post {
        id: message.id.clone(),
        author,
        at: message.at,
        kind,
        root: root.clone(),
        parent: before.map(|before| before.id.clone()),
        parent_author,
        parent_at: before.map(|before| before.at),
        text: message.words.clone(),
        chars: message.told.chars,
        question: message.told.question,
        needs_answer: message.needs_answer,
        language: message.told.language,
        visibility: us.visibility,
    }
}
