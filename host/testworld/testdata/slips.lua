-- Words that scripts do not have, for the test of .luacheckrc.
io.write(space.orbti, eq)
