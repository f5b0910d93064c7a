//! Embeds the assets folder in release builds; debug builds read it from disk.
fn main() {
    memory_serve::load_directory("assets");
}
