// Writes the lines of a file again and again, with the line's number in place of each mark: two gigabytes a second.
//
//   stream FILE ROUNDS
//
// A mark is twelve times the character @.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIGITS 12

int main(int count, char **arguments) {
  if (count != 3) return 2;
  FILE *file = fopen(arguments[1], "rb");
  long rounds = atol(arguments[2]), number = 0;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file), places = 0, lines = 0;
  rewind(file);
  char *text = malloc(size);
  size_t *place = malloc(size * sizeof *place), *line = malloc(size * sizeof *line);
  if (!text || !place || !line || fread(text, 1, size, file) != size) return 2;
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '@') place[places] = i, line[places++] = lines, i += DIGITS - 1;
    if (text[i] == '\n') lines++;
  }
  for (; rounds > 0; rounds--, number += lines) {
    for (size_t p = 0; p < places; p++) {
      long value = number + line[p];
      for (int digit = DIGITS - 1; digit >= 0; digit--, value /= 10) text[place[p] + digit] = '0' + value % 10;
    }
    for (size_t sent = 0; sent < size;) {
      ssize_t step = write(1, text + sent, size - sent);
      if (step <= 0) return 1;
      sent += step;
    }
  }
  return 0;
}
