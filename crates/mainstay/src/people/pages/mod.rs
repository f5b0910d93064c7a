//! Pages about people: signing in, setting up, invitations, settings.

pub mod gate;
