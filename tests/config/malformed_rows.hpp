// Parses the tables of malformed configurations in tests/config/malformed.
//
//   ## what is wrong
//   the configuration, in which <0x09> stands for the byte 9
//   >> LINE:COLUMN message          one line per expected problem; "-" instead of a location: none
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace telltale::fakes {

struct malformed_row {
  std::string title;  ///< file and heading
  std::string text;
  std::vector<std::string> expected;
};

inline std::string with_bytes(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool byte = line.compare(i, 3, "<0x") == 0 && i + 5 < line.size() && line[i + 5] == '>';
    out += byte ? static_cast<char>(std::stoi(line.substr(i + 3, 2), nullptr, 16)) : line[i];
    if (byte) i += 5;
  }
  return out;
}

inline std::vector<malformed_row> read_rows(const std::filesystem::path& file) {
  std::vector<malformed_row> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) rows.push_back({file.filename().string() + ": " + line.substr(3), {}, {}});
    else if (rows.empty()) continue;
    else if (line.starts_with(">> ")) rows.back().expected.push_back(line.substr(3));
    else if (rows.back().expected.empty()) rows.back().text += with_bytes(line) + "\n";
  }
  return rows;
}

inline std::vector<malformed_row> all_malformed() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(TELLTALE_MALFORMED)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<malformed_row> rows;
  for (const auto& file : files)
    for (auto& row : read_rows(file)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace telltale::fakes
