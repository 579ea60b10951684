// The files of `themes`, written here by the test that compares them: after a change there, run
// GATEHOUSE_RECORD=1 swift test --filter ShippedThemesTests
extension ShippedThemes {
  static let texts: [String: String] = [
    "catppuccin-mocha": #"""
    # Colours: catppuccin.com, some moved away from the background until they can be read at 4.5 to 1.
    name     = "Catppuccin Mocha"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#1e1e2e"
    fg     = "#cdd6f4"
    dim    = "#82869e bright-black"
    sel    = "#45475a"
    border = "#585b70 bright-black"
    accent = "#cba6f7 magenta"
    allow  = "#a6e3a1 green"
    deny   = "#f38ba8 red"
    limit  = "#f9e2af yellow"
    ask    = "#89dceb cyan"
    high   = "#fab387 bright-red"
    crit   = "#eba0ac bright-red"

    """#,
    "deuteranopia": #"""
    # Decisions differ by blue against orange and by brightness, not by red against green. # Colours: the
    # palette of Okabe and Ito, brightened for a dark background.
    name     = "Deuteranopia"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#14181d"
    fg     = "#e8e8e8"
    dim    = "#9aa0a6 bright-black"
    sel    = "#2f3a4a"
    border = "#5a626b bright-black"
    accent = "#9fb4ff bright-blue"
    allow  = "#56b4e9 cyan"
    deny   = "#f08030 yellow"
    limit  = "#f0e442 bright-yellow"
    ask    = "#d89ac0 218 magenta"
    high   = "#e6a800 bright-yellow"

    """#,
    "dracula": #"""
    # Colours: draculatheme.com, some moved away from the background until they can be read at 4.5 to 1.
    name     = "Dracula"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#282a36"
    fg     = "#f8f8f2"
    dim    = "#8390b7 bright-black"
    sel    = "#44475a"
    border = "#6272a4 bright-black"
    accent = "#bd93f9 magenta"
    allow  = "#50fa7b green"
    deny   = "#ff5555 red"
    limit  = "#f1fa8c yellow"
    ask    = "#8be9fd cyan"
    high   = "#ffb86c bright-red"
    crit   = "#ff79c6 bright-magenta"

    """#,
    "gruvbox-dark": #"""
    # Colours: github.com/morhetz/gruvbox, some moved away from the background until they can be read at
    # 4.5 to 1.
    name     = "Gruvbox dark"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#282828"
    fg     = "#ebdbb2"
    dim    = "#9a8c7e bright-black"
    sel    = "#504945"
    border = "#665c54 bright-black"
    accent = "#83a598 bright-blue"
    allow  = "#b8bb26 green"
    deny   = "#fb5440 red"
    limit  = "#fabd2f yellow"
    ask    = "#8ec07c cyan"
    high   = "#fe8019 bright-red"
    crit   = "#d3869b magenta"

    """#,
    "gruvbox-light": #"""
    # Colours: github.com/morhetz/gruvbox, some moved away from the background until they can be read at
    # 4.5 to 1.
    name     = "Gruvbox light"
    variant  = "light"
    inherits = "base-light"

    [palette]
    bg     = "#fbf1c7"
    fg     = "#3c3836"
    dim    = "#776b60 bright-black"
    sel    = "#d5c4a1"
    border = "#bdae93 bright-black"
    accent = "#076678 blue"
    allow  = "#746f0d green"
    deny   = "#9d0006 red"
    limit  = "#966211 yellow"
    ask    = "#417956 cyan"
    high   = "#af3a03 bright-red"
    crit   = "#8f3f71 magenta"

    """#,
    "high-contrast": #"""
    # Every text stands out from its background by 7 to 1 or more.
    name     = "High contrast"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#000000"
    fg     = "#ffffff"
    dim    = "#d0d0d0 bright-black"
    sel    = "#00409f"
    border = "#a0a0a0 bright-black"
    accent = "#5fdfff cyan"
    allow  = "#5fff5f green"
    deny   = "#ff7f7f red"
    limit  = "#ffff5f yellow"
    ask    = "#ff9fff magenta"
    high   = "#ffbf5f bright-red"

    """#,
    "mono": #"""
    # No colour at all: what matters is bold, underlined or reversed, and always has its word beside it.
    name     = "Mono"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "default"
    fg     = "default"
    dim    = "default"
    sel    = "default"
    accent = "default"
    allow  = "default"
    deny   = "default"
    limit  = "default"
    ask    = "default"
    high   = "default"

    [style]
    "decision.ask"   = "underline"
    "row.marked"     = "bold underline"
    "row.selected"   = "reverse"
    "banner.waiting" = "bold reverse"
    "banner.error"   = "bold reverse"
    "attention"      = "bold reverse"
    "risk.crit"      = "bold underline"
    "input"          = "underline"
    "input.error"    = "bold underline"
    "match"          = "bold underline"

    """#,
    "nord": #"""
    # Colours: nordtheme.com, some moved away from the background until they can be read at 4.5 to 1.
    name     = "Nord"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#2e3440"
    fg     = "#d8dee9"
    dim    = "#979da9 bright-black"
    sel    = "#434c5e"
    border = "#4c566a bright-black"
    accent = "#88c0d0 cyan"
    allow  = "#a3be8c 150 green"
    deny   = "#cf888f 174 red"
    limit  = "#ebcb8b yellow"
    ask    = "#b690af magenta"
    high   = "#d18b74 bright-red"

    """#,
    "solarized-dark": #"""
    # Colours: ethanschoonover.com/solarized, some moved away from the background until they can be read
    # at 4.5 to 1.
    name     = "Solarized dark"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#002b36"
    fg     = "#93a1a1"
    dim    = "#809196 bright-black"
    sel    = "#073642"
    border = "#586e75 bright-black"
    accent = "#3794d6 bright-blue"
    allow  = "#859900 green"
    deny   = "#e56563 red"
    limit  = "#b58900 yellow"
    ask    = "#2aa198 cyan"
    high   = "#d67147 bright-red"
    crit   = "#dd629e magenta"

    """#,
    "solarized-light": #"""
    # Colours: ethanschoonover.com/solarized, some moved away from the background until they can be read
    # at 4.5 to 1.
    name     = "Solarized light"
    variant  = "light"
    inherits = "base-light"

    [palette]
    bg     = "#fdf6e3"
    fg     = "#52676e"
    dim    = "#687272 bright-black"
    sel    = "#eee8d5"
    border = "#93a1a1 bright-black"
    accent = "#2076b2 blue"
    allow  = "#687700 green"
    deny   = "#d5302e 124 red"
    limit  = "#8f6c00 yellow"
    ask    = "#217e77 cyan"
    high   = "#c34815 bright-red"
    crit   = "#c8337c magenta"

    """#,
    "terminal": #"""
    # The user's own colours, whatever they are: only the first eight names, the terminal's own
    # background, and attributes.
    name     = "Terminal"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "default"
    fg     = "default"
    dim    = "default"
    sel    = "default"
    border = "default"
    accent = "cyan"
    allow  = "green"
    deny   = "red"
    limit  = "yellow"
    ask    = "magenta"
    high   = "red"

    [style]
    "dim"              = "default dim"
    "border"           = "default dim"
    "row.selected"     = "default reverse"
    "decision.hide"    = "default dim"
    "decision.inherit" = "default dim"
    "risk.low"         = "default dim"

    """#,
    "tokyo-night": #"""
    # Colours: github.com/folke/tokyonight.nvim, some moved away from the background until they can be
    # read at 4.5 to 1.
    name     = "Tokyo Night"
    variant  = "dark"
    inherits = "base-dark"

    [palette]
    bg     = "#1a1b26"
    fg     = "#c0caf5"
    dim    = "#7b82a3 bright-black"
    sel    = "#283457"
    border = "#3b4261 bright-black"
    accent = "#7aa2f7 bright-blue"
    allow  = "#9ece6a green"
    deny   = "#f7768e red"
    limit  = "#e0af68 yellow"
    ask    = "#7dcfff cyan"
    high   = "#ff9e64 bright-red"
    crit   = "#bb9af7 magenta"

    """#,
  ]
}
