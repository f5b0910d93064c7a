//! Words of the account room.
