//! The workflows that come with the program, as they stand in `workflows/`.

use clap::ValueEnum;

/// A workflow that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shipped {
    /// The process as it was meant, and the tutorial's example
    Engagement,
    /// Few conversations: a long window, and gates that small numbers can open
    SmallBrand,
    /// People who come to be helped: answers in business hours, and a second stage that keeps talking
    CustomerCare,
    /// An agency that does nothing the client has not signed
    AgencySignOff,
}

impl Shipped {
    /// Its name, which its file carries.
    pub fn name(self) -> &'static str {
        self.texts().0
    }

    /// Its files by their places in a workspace: the workflow and the suite that tests it.
    pub fn files(self) -> [(String, &'static str); 2] {
        let (name, workflow, suite) = self.texts();
        [
            (format!("workflows/{name}.yaml"), workflow),
            (format!("workflows/{name}.test.yaml"), suite),
        ]
    }

    fn texts(self) -> (&'static str, &'static str, &'static str) {
        macro_rules! texts {
            ($name:literal) => {
                (
                    $name,
                    include_str!(concat!("../../workflows/", $name, ".yaml")),
                    include_str!(concat!("../../workflows/", $name, ".test.yaml")),
                )
            };
        }
        match self {
            Shipped::Engagement => texts!("engagement"),
            Shipped::SmallBrand => texts!("small-brand"),
            Shipped::CustomerCare => texts!("customer-care"),
            Shipped::AgencySignOff => texts!("agency-sign-off"),
        }
    }
}
