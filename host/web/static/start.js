// What comes before everything else: the words of the chosen language in the document, and the
// chosen colours, since much that is made later keeps what it finds.
import { Keep } from "./keep.js";
import { apply, paletteOf } from "./palette.js";
import { COLOURS } from "./view/icons.js";
import { translate } from "./words.js";

translate(document);
apply(paletteOf(new Keep().storage), COLOURS, document.documentElement.style);
