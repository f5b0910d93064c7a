//! Words of the pod room: who works on an account.

use mainstay_rules::permission::PodRole;

use crate::text::texts;

texts! {
    client_pod = "Client pod";
    client_pod_what = "The owner answers for the account. The team works on it. Observers are informed and need not act.";
    nobody = "Nobody is in this pod yet.";
    name = "Name";
    role = "Role";
    function = "Function";
    since = "Since";
    actions = "Actions";
    remove = "Remove";
    add_member = "Add or change a member";
    member_button = "Save member";
    person = "Person";
    choose = "Choose";
    own_function = "Same as in the workspace";
    new_owner_hint = "A new owner makes the old one a member of the team.";
}

pub fn role_words(role: PodRole) -> &'static str {
    match role {
        PodRole::Owner => "Owner",
        PodRole::Team => "Team",
        PodRole::Observer => "Observer",
    }
}

/// "Customer success"
pub fn function_words(function: &str) -> String {
    let words = function.replace('_', " ");
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}
