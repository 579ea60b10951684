#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Drawing. ncurses draws into memory; nothing here touches a terminal.

typedef struct cterm_screen cterm_screen;

enum {
  CTERM_BOLD = 1,
  CTERM_REVERSE = 2,
  CTERM_UNDERLINE = 4,
  CTERM_ITALIC = 8,
  CTERM_DIM = 16,
};

// A colour is -1 (the terminal's own), an index below 256, or CTERM_RGB with red, green and blue below it.
enum { CTERM_RGB = 1 << 24 };

typedef struct {
  int32_t foreground;
  int32_t background;
  uint32_t attributes;
} cterm_style;

// Nil if the terminal `term` is unknown or cannot address its cursor. `direct` draws with 24-bit colours and needs a
// terminal that speaks xterm's language. Only one screen may be open at a time.
cterm_screen *_Nullable cterm_screen_open(const char *term, bool direct, int rows, int columns);
void cterm_screen_close(cterm_screen *screen);

// How many indexed colours the terminal has; 0 for none.
int cterm_screen_colours(const cterm_screen *screen);
// Whether the description promises any colour by three numbers.
bool cterm_screen_has_direct_colour(const cterm_screen *screen);
// What switches to the alternate screen and back, as the terminal's description says.
const char *cterm_screen_enter_text(const cterm_screen *screen);
const char *cterm_screen_leave_text(const cterm_screen *screen);

void cterm_screen_resize(cterm_screen *screen, int rows, int columns);
// Says what a style looks like; index 0...127.
void cterm_screen_style(cterm_screen *screen, int index, cterm_style style);
// Makes the next flush draw everything, whatever is believed to be on the terminal.
void cterm_screen_redraw(cterm_screen *screen);
// Puts one character with its combining marks; what ncurses would draw with another width becomes U+FFFD.
void cterm_screen_put(
    cterm_screen *screen, int row, int column, const uint32_t *scalars, int count, int width, int style);
// The bytes that bring the terminal from the last flush to now; valid until the next call.
const uint8_t *_Nullable cterm_screen_flush(
    cterm_screen *screen, int cursor_row, int cursor_column, size_t *length);

// The terminal itself: raw mode, and its return whatever happens.

// Opens the terminal behind `descriptor` anew, so that non-blocking mode is ours alone; -1 with errno on failure.
int cterm_tty_open(int descriptor);
// Saves the terminal's modes and the ways to end, and makes every end restore them; false with errno on failure.
// `restore` is what undoes all modes of ours. Signals that ask for an end are told by `cterm_guard_signals`.
bool cterm_guard_install(int tty, const char *restore);
void cterm_guard_remove(void);
// Raw mode on and off; `cterm_guard_leave` also writes the restore text.
bool cterm_guard_enter(void);
void cterm_guard_leave(void);
// False between leave and enter, and as soon as a signal has asked for an end.
bool cterm_guard_holds(void);
// One byte a signal (TERM INT QUIT HUP WINCH TSTP CONT) can be read from here.
int cterm_guard_signals(void);
// The calling thread gets a stack of its own for signals, so that even a stack overflow restores the terminal.
void cterm_guard_thread(void);
// Stops this process as the shell's Control-Z does and comes back when it is continued.
void cterm_guard_stop(void);
bool cterm_tty_size(int tty, int *rows, int *columns);

// Starts the person's editor on the terminal, in our process group so that the shell's job control works on both of us.
// Answers a descriptor that becomes readable when it has ended; -1 with errno on failure.
int cterm_editor_start(const char *path, int line, int tty, int *process);
// Its wait status, after it has ended.
int cterm_editor_end(int process);

#pragma clang assume_nonnull end
