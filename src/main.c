#include "app/command.h"

extern char **environ;

int main(int argc, char **argv) { return command_main(argc, argv, environ); }
