// Connects the check types with the sidecar.
#include <telltale/all_checks.hpp>
#include <telltale/program.hpp>

int main(int argc, char** argv) { return telltale::run_program(argc, argv, telltale::all_checks); }
