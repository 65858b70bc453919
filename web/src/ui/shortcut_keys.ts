/** How the list of shortcuts writes them; `+` stands between keys pressed together. */
export const kShortcuts = {
  anywhere: { search: 'Ctrl+K', begin: 'Alt+N', write: 'Alt+M', turns: 'Alt+↑ Alt+↓', coach: 'Alt+A', help: 'Ctrl+/' },
  composer: { send: 'Enter', line: 'Shift+Enter', stop: 'Esc', last: '↑' },
  turn: { edit: 'E', regenerate: 'R', versions: '← →' },
} as const;
