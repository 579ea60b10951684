#define _GNU_SOURCE
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "CTerminal.h"

#include "direct.h"

#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

enum { styles = 128, longest_text = 128 };

struct cterm_screen {
  SCREEN *screen;
  FILE *out;
  FILE *in;
  // ncurses writes here. A terminal that is slow or gone therefore never blocks a draw.
  int memory;
  uint8_t *bytes;
  size_t room;
  int pairs;
  int colours;
  bool direct;
  bool promises_direct;
  char enter[longest_text];
  char leave[longest_text];
  struct {
    cterm_style style;
    attr_t attributes;
    int pair;
  } styles[styles];
};

static const int drawing_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

// A variable of the environment, for as long as ncurses reads it.
struct changed {
  const char *name;
  char *_Nullable before;
};

static struct changed change(const char *name, const char *value) {
  const char *before = getenv(name);
  struct changed changed = {name, before ? strdup(before) : NULL};
  setenv(name, value, 1);
  return changed;
}

static void put_back(struct changed changed) {
  if (changed.before) setenv(changed.name, changed.before, 1);
  else unsetenv(changed.name);
  free(changed.before);
}

static void keep_text(char *kept, const char *capability) {
  const char *text = tigetstr(capability);
  kept[0] = 0;
  if (text && text != (char *)-1 && strlen(text) < longest_text) strcpy(kept, text);
}

static SCREEN *open_quietly(cterm_screen *screen, const char *term, int rows, int columns) {
  // newterm catches signals where nobody else does; ours are caught elsewhere.
  struct sigaction before[4];
  for (int i = 0; i < 4; i++) sigaction(drawing_signals[i], NULL, &before[i]);
  // Memory has no size of its own, and not every description has one.
  char text[2][16];
  snprintf(text[0], sizeof text[0], "%d", rows);
  snprintf(text[1], sizeof text[1], "%d", columns);
  struct changed size[2] = {change("LINES", text[0]), change("COLUMNS", text[1])};
  SCREEN *opened;
  if (screen->direct) {
    struct changed description = change("TERMINFO", direct_description);
    opened = newterm("gatehouse-direct", screen->out, screen->in);
    put_back(description);
  } else {
    opened = newterm(term, screen->out, screen->in);
  }
  put_back(size[0]);
  put_back(size[1]);
  for (int i = 0; i < 4; i++) sigaction(drawing_signals[i], &before[i], NULL);
  return opened;
}

cterm_screen *cterm_screen_open(const char *term, bool direct, int rows, int columns) {
  // Widths must not depend on the user's locale, and the terminal gets UTF-8 in any case.
  if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, "");
  cterm_screen *screen = calloc(1, sizeof *screen);
  if (!screen) return NULL;
  screen->direct = direct;
  screen->memory = memfd_create("screen", MFD_CLOEXEC);
  int copy = screen->memory < 0 ? -1 : dup(screen->memory);
  screen->out = copy < 0 ? NULL : fdopen(copy, "w");
  screen->in = fopen("/dev/null", "re");
  screen->screen = screen->out && screen->in ? open_quietly(screen, term, rows > 0 ? rows : 24, columns > 0 ? columns : 80) : NULL;
  if (!screen->screen || !tigetstr("cup") || tigetstr("cup") == (char *)-1) {
    cterm_screen_close(screen);
    return NULL;
  }
  typeahead(-1);
  keypad(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  scrollok(stdscr, FALSE);
  if (has_colors()) {
    start_color();
    use_default_colors();
    screen->colours = COLORS > 256 ? 256 : COLORS;
  }
  // RGB may be a flag, a number or a text; a description for direct colours alone has more of them than anyone counts.
  screen->promises_direct = tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || tigetflag("Tc") > 0 ||
                            (tigetstr("RGB") && tigetstr("RGB") != (char *)-1) || tigetnum("colors") >= 1 << 24;
  keep_text(screen->enter, "smcup");
  keep_text(screen->leave, "rmcup");
  screen->pairs = 1;
  // What ncurses says at its start is not wanted: the terminal is switched by ourselves, again and again.
  size_t length;
  cterm_screen_flush(screen, 0, 0, &length);
  cterm_screen_resize(screen, rows, columns);
  return screen;
}

void cterm_screen_close(cterm_screen *screen) {
  if (screen->screen) {
    endwin();
    delscreen(screen->screen);
  }
  if (screen->out) fclose(screen->out);
  if (screen->in) fclose(screen->in);
  if (screen->memory >= 0) close(screen->memory);
  free(screen->bytes);
  free(screen);
}

int cterm_screen_colours(const cterm_screen *screen) { return screen->colours; }
bool cterm_screen_has_direct_colour(const cterm_screen *screen) { return screen->promises_direct; }
const char *cterm_screen_enter_text(const cterm_screen *screen) { return screen->enter; }
const char *cterm_screen_leave_text(const cterm_screen *screen) { return screen->leave; }

void cterm_screen_resize(cterm_screen *screen, int rows, int columns) {
  (void)screen;
  if (rows > 0 && columns > 0) resize_term(rows, columns);
  clearok(curscr, TRUE);
}

void cterm_screen_redraw(cterm_screen *screen) {
  (void)screen;
  clearok(curscr, TRUE);
}

// The direct description counts 24-bit colours first and indexed ones behind them.
static int colour(const cterm_screen *screen, int32_t colour) {
  if (colour < 0) return -1;
  if (colour & CTERM_RGB) return screen->direct ? colour & 0xFFFFFF : -1;
  if (screen->direct) return CTERM_RGB + colour;
  return colour < screen->colours ? colour : -1;
}

static int pair_for(cterm_screen *screen, int foreground, int background) {
  if (screen->colours == 0 || (foreground < 0 && background < 0)) return 0;
  for (int i = 0; i < styles; i++) {
    int pair = screen->styles[i].pair;
    if (pair > 0 && colour(screen, screen->styles[i].style.foreground) == foreground &&
        colour(screen, screen->styles[i].style.background) == background)
      return pair;
  }
  if (screen->pairs >= COLOR_PAIRS) return 0;
  if (init_extended_pair(screen->pairs, foreground, background) == ERR) return 0;
  return screen->pairs++;
}

void cterm_screen_style(cterm_screen *screen, int index, cterm_style style) {
  if (index < 0 || index >= styles) return;
  if (index == 0) {  // a new theme begins
    reset_color_pairs();
    screen->pairs = 1;
    for (int i = 0; i < styles; i++) screen->styles[i].pair = 0;
  }
  attr_t attributes = A_NORMAL;
  if (style.attributes & CTERM_BOLD) attributes |= A_BOLD;
  if (style.attributes & CTERM_REVERSE) attributes |= A_REVERSE;
  if (style.attributes & CTERM_UNDERLINE) attributes |= A_UNDERLINE;
  if (style.attributes & CTERM_ITALIC) attributes |= A_ITALIC;
  if (style.attributes & CTERM_DIM) attributes |= A_DIM;
  int pair = pair_for(screen, colour(screen, style.foreground), colour(screen, style.background));
  screen->styles[index].style = style;
  screen->styles[index].attributes = attributes;
  screen->styles[index].pair = pair;
}

static void put(cterm_screen *screen, int row, int column, const wchar_t *text, int style) {
  cchar_t cell;
  int pair = screen->styles[style].pair;
  if (setcchar(&cell, text, screen->styles[style].attributes, 0, &pair) == ERR) return;
  // ERR in the last cell only says that the cursor could not move on.
  mvwadd_wch(stdscr, row, column, &cell);
}

void cterm_screen_put(
    cterm_screen *screen, int row, int column, const uint32_t *scalars, int count, int width, int style) {
  if (style < 0 || style >= styles || count < 1) return;
  wchar_t text[4] = {(wchar_t)scalars[0], 0, 0, 0};
  if (wcwidth(text[0]) != width || scalars[0] < 0x20) {
    text[0] = 0xFFFD;
    put(screen, row, column, text, style);
    text[0] = ' ';
    if (width == 2) put(screen, row, column + 1, text, style);
    return;
  }
  int length = 1;
  for (int i = 1; i < count && length < 3; i++)
    if (scalars[i] >= 0x300 && wcwidth((wchar_t)scalars[i]) == 0) text[length++] = (wchar_t)scalars[i];
  put(screen, row, column, text, style);
}

const uint8_t *cterm_screen_flush(
    cterm_screen *screen, int cursor_row, int cursor_column, size_t *length) {
  *length = 0;
  wmove(stdscr, cursor_row, cursor_column);
  wnoutrefresh(stdscr);
  doupdate();
  off_t size = lseek(screen->memory, 0, SEEK_CUR);
  if (size <= 0) return NULL;
  if ((size_t)size > screen->room) {
    uint8_t *bytes = realloc(screen->bytes, (size_t)size);
    if (!bytes) return NULL;
    screen->bytes = bytes;
    screen->room = (size_t)size;
  }
  ssize_t count = pread(screen->memory, screen->bytes, (size_t)size, 0);
  lseek(screen->memory, 0, SEEK_SET);
  if (ftruncate(screen->memory, 0) != 0 || count < 0) return NULL;
  *length = (size_t)count;
  return screen->bytes;
}
