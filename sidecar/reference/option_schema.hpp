// Generates the JSON Schema of options, with which editors complete, explain and validate them.
#pragma once

#include <boost/json/object.hpp>

#include <telltale/option.hpp>

namespace telltale {

/// The schema of this shape. Scalars also accept text with `${`, because variables are substituted later.
boost::json::object shape_schema(const option_shape&);

/// The shape with description, default and examples.
boost::json::object option_schema(const option_info&);

/// A map of these options and no others.
boost::json::object options_schema(const std::vector<option_info>&);

/// The options' schemas by name; the names of the required options.
boost::json::object properties_of(const std::vector<option_info>&);
boost::json::array required_of(const std::vector<option_info>&);

}  // namespace telltale
