// Compares a value with the conditions of its rule. No I/O.
#pragma once

#include <string>

#include <telltale/finding.hpp>

#include "prometheus/rule.hpp"

namespace telltale::prometheus {

/// The verdict of `absent`.
verdict verdict_of(absence);

verdict judge_value(const conditions&, double value);

/// Whether value `a` is worse than `b`: by its verdict, and else by the direction of the conditions.
bool is_worse(const conditions&, double a, double b);

/// `judge_value` as a finding: "queue_depth is 120, expected < 100". `subject` is the value's name in messages.
finding explain_value(const conditions&, double value, const std::string& subject);

/// A whole number without an exponent, others with 6 digits.
std::string number_text(double value);

}  // namespace telltale::prometheus
