//! Pages about people: signing in, setting up, invitations, settings.

pub mod gate;
pub mod me;
pub mod people;
pub mod settings;
pub mod token;
pub mod workspace;
