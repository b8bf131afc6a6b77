import "./copy.js";
import "./languages.js";
import "./contents.js";
import "./filter.js";
