---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Kinds of ships and things, as the files in types/ list them; a file that is saved takes effect like code. A name that no type has is an error of every word that takes one, with the place, and of `check` and of saving where it is written out.
types = {}

--- What is known about a type, by its name in any case; nil and a sentence where there is none. The table shows what the running release says, also after a reload.
---@param name TypeName
---@return ItemType?
---@return string?
function types.get(name) end

--- The name as its file writes it; an error where no type is called that. For constants: pilot.rookie = types.name "Wren" is checked when it is saved, and when a type goes.
---@param name TypeName
---@return TypeName
function types.name(name) end

--- The names of all types, or of a group's, in the order of the files; retired ones are left out.
---@param group? string
---@return TypeName[]
function types.list(group) end
