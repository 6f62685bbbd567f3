//! Where a webhook is called: a URL that is safe to send to, and safe to show to others.

use super::{diagnostic::Code, read::Wrong, secret::without_secret, suggest::quoted};

/// Names for this machine, on which nobody listens in.
const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What a part of a query is called that holds a secret.
const SECRETS: [&str; 14] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "auth",
    "auth_token",
    "client_secret",
    "key",
    "passwd",
    "password",
    "pwd",
    "secret",
    "sig",
    "token",
];

/// A URL with `https:`, or with `http:` on this machine, without a secret in it.
pub(super) fn url(text: &str) -> Result<String, Wrong> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(bad(text).help("write other characters as `%20`, a host as `xn--…`"));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let bare = text.contains('.') && !text.contains(':');
        let wrong = bad(text).help("write all of it, such as `https://example.org/hook`");
        return Err(if bare { wrong.meant(format!("https://{text}")) } else { wrong });
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        let message = "this URL carries a user or a password";
        return Err(Wrong::new(Code::SecretInFile, message.to_owned()).help(BY_VARIABLE));
    }
    let Some(host) = host(authority) else {
        return Err(bad(text).help("write a host behind `//`, such as `https://example.org/hook`"));
    };
    match scheme {
        "https" => {}
        "http" if THIS_MACHINE.contains(&host) => {}
        "http" => {
            let message = format!("{} is sent in the clear", quoted(text));
            return Err(Wrong::new(Code::BadUrl, message)
                .meant(format!("https://{rest}"))
                .help("only this machine may be called with `http:`, as `localhost`"));
        }
        _ => return Err(bad(text).meant(format!("https://{rest}"))),
    }
    without_secret(path)?;
    if let Some(name) = secret_in(path) {
        let message = format!("this URL carries a secret, `{name}`");
        return Err(Wrong::new(Code::SecretInFile, message).help(BY_VARIABLE));
    }
    Ok(text.to_owned())
}

const BY_VARIABLE: &str =
    "put the secret into a variable and write its name: `token_env: HOOK_TOKEN`";

fn bad(text: &str) -> Wrong {
    Wrong::new(Code::BadUrl, format!("{} is not a URL that can be called", quoted(text)))
}

/// The host of `HOST` or `HOST:PORT`.
fn host(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') { authority.find(']')? + 1 } else { 0 };
    let colon = authority[end..].find(':').map(|at| end + at);
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let port_is_right = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(port) => digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let of_six = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let host_is_right = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => !address.is_empty() && address.chars().all(of_six),
        None => host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.chars().all(name),
    };
    (port_is_right && host_is_right).then_some(host)
}

/// A part of the query that is called like a secret and is not empty.
fn secret_in(path: &str) -> Option<&'static str> {
    let (_, query) = path.split_once('?')?;
    let pairs = query.split(['&', ';', '#']).filter_map(|pair| pair.split_once('='));
    let mut names = pairs.filter(|(_, value)| !value.is_empty()).map(|(name, _)| name);
    names.find_map(|name| SECRETS.into_iter().find(|secret| secret.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_called_safely_or_not_at_all() {
        use Code::{BadUrl, SecretInFile};
        type Expected = Result<(), (Code, Option<&'static str>)>;
        // (text, fine or the code with the suggestion)
        let table: [(&str, Expected); 30] = [
            ("https://example.org/hook", Ok(())),
            ("https://example.org", Ok(())),
            ("https://example.org:8443/a?b=c#d", Ok(())),
            ("https://example.org/@acme", Ok(())),
            ("https://example.org/hook?token=", Ok(())),
            ("https://[2001:db8::1]:80/", Ok(())),
            ("http://localhost:8080/hook", Ok(())),
            ("http://127.0.0.1/hook", Ok(())),
            ("http://[::1]:9000", Ok(())),
            ("http://example.org/hook", Err((BadUrl, Some("https://example.org/hook")))),
            (
                "http://localhost.example.org/",
                Err((BadUrl, Some("https://localhost.example.org/"))),
            ),
            ("http://127.0.0.1.example.org", Err((BadUrl, Some("https://127.0.0.1.example.org")))),
            ("HTTPS://example.org", Err((BadUrl, Some("https://example.org")))),
            ("ftp://example.org", Err((BadUrl, Some("https://example.org")))),
            ("example.org/hook", Err((BadUrl, Some("https://example.org/hook")))),
            ("file:/etc/hosts", Err((BadUrl, None))),
            ("https:///hook", Err((BadUrl, None))),
            ("https://", Err((BadUrl, None))),
            ("https://:80", Err((BadUrl, None))),
            ("https://example.org:0/", Err((BadUrl, None))),
            ("https://example.org:99999/", Err((BadUrl, None))),
            ("https://[::1", Err((BadUrl, None))),
            ("https://[]", Err((BadUrl, None))),
            ("https://example.org/a b", Err((BadUrl, None))),
            ("https://exämple.org/", Err((BadUrl, None))),
            ("", Err((BadUrl, None))),
            ("https://ada:secret@example.org/", Err((SecretInFile, None))),
            ("http://ada@localhost/", Err((SecretInFile, None))),
            ("https://example.org/?a=b&Token=x", Err((SecretInFile, None))),
            ("https://example.org/sk_live_0123456789abcdefghij", Err((SecretInFile, None))),
        ];
        for (text, expected) in table {
            let found = url(text).map(|_| ()).map_err(|wrong| (wrong.code, wrong.suggestion));
            let expected = expected.map_err(|(code, it)| (code, it.map(str::to_owned)));
            assert_eq!(found, expected, "{text}");
        }
    }
}
