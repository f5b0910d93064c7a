//! The address of the server and how its connection is protected.
//!
//! `sslmode=disable` is plain; `require`, `verify-ca` and `verify-full` all encrypt and verify the server's
//! certificate and name against the system's roots (or `SSL_CERT_FILE`). `prefer`, the default, is plain to a
//! server on this machine, and elsewhere verified TLS whenever the server offers TLS.

use std::sync::Arc;

use postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

type Address = (postgres::Config, Option<MakeRustlsConnect>);

pub(super) fn address(url: &str) -> Result<Address> {
    // the driver knows fewer words than libpq; ours mean the strictest of them
    let known = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    let wrong = |error: postgres::Error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Error::Unavailable(format!("the address of the database cannot be read ({error} {cause})"))
    };
    let mut address: postgres::Config = known.parse().map_err(wrong)?;
    if address.get_ssl_mode() == SslMode::Prefer && address.get_hosts().iter().all(is_here) {
        address.ssl_mode(SslMode::Disable);
    }
    let tls = match address.get_ssl_mode() {
        SslMode::Disable => None,
        _ => Some(MakeRustlsConnect::new(verified()?)),
    };
    Ok((address, tls))
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn verified() -> Result<rustls::ClientConfig> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let problems: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        return Err(Error::Unavailable(format!(
            "no root certificate to verify the database server with; install the system's CA certificates or set \
             SSL_CERT_FILE ({})",
            problems.join("; ")
        )));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Error::Unavailable(format!("TLS cannot be set up: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
