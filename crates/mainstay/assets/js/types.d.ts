// Types of the browser scripts, for `tsc --checkJs` only; never loaded by a browser.

/** What a live message says about one account. */
type Changed = { account: string; version: number; kind: string };
type LiveMessage = { changed: Changed } | { resync: true } | { on: boolean };
type Listener = { changed(events: Changed[]): void; resync(): void; state(on: boolean): void };

/** A cell of the sheet: `td`, or the `th` of the account's name. */
type Cell = HTMLTableCellElement;
type Row = HTMLTableRowElement;
/** What the server last said about a cell. */
type Served = { html: string; value: string; undo: string | undefined };
type Edit = { cell: Cell; value: string };
/** One cell of an undo entry: `old` and `typed` are sent, `seen` is what the cell must still show. */
type Step = { cell: Cell; old: string; typed: string; seen: string };
/** A cell with edits on their way. */
type Held = { pending: number; last: string; was: Served };
type Refusal = { value: string; message: string };
type Problem = { title?: string; detail?: string; errors?: { pointer?: string; message?: string }[] };
