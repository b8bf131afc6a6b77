"""Style words: each brush and the words that call for it, and the words of the craft itself."""

from __future__ import annotations

BRUSHES: dict[str, str] = {
    "watercolor": "watercolor watercolour aquarelle",
    "oil": "oilpainting oilpaint oil impasto baroque renaissance rembrandt",
    "acrylic": "acrylic fauvist fauvism expressionist expressionism",
    "gouache": "gouache tempera",
    "impressionist": "impressionist impressionism monet gogh postimpressionist",
    "pointillist": "pointillist pointillism seurat",
    "pastel": "pastel",
    "inkwash": "inkwash sumie inkbrush suibokuga",
    "surreal": "surreal surrealist surrealism dali melting psychedelic",
    "pencil": "pencil graphite pencilsketch sketch crosshatching",
    "ink": "inkdrawing ink lineart linedrawing penandink pen",
    "doodle": "doodle ballpoint scribble notebooksketch",
    "charcoal": "charcoal",
    "chalkboard": "chalkboard blackboard chalk",
    "blueprint": "blueprint technicaldrawing schematic",
    "crayon": "crayon childlike felttip marker",
    "comic": "comic comicbook graphicnovel halftone manga superhero",
    "anime": "anime celshading celshaded studioghibli ghibli",
    "etching": "etching engraving engraved etched",
    "linocut": "linocut linoleum woodcut",
    "woodblock": "ukiyoe ukiyo woodblock hokusai hiroshige",
    "screenprint": "screenprint screenprinting silkscreen serigraph",
    "risograph": "risograph risographprint riso",
    "popart": "popart warhol lichtenstein",
    "tattoo": "tattoo flashsheet",
    "pixel": "pixelart pixel 8bit 16bit voxel",
    "mosaic": "mosaic byzantine",
    "lowpoly": "lowpoly polygonal",
    "origami": "origami papercraft",
    "stainedglass": "stainedglass",
    "cubist": "cubist cubism picasso",
    "papercut": "papercut cutpaper paperart layeredpaper",
    "clay": "clay claymation plasticine claymodel",
    "cartoon3d": "3d 3drender 3dcartoon pixar octane blender cgi",
    "flat": "minimalist minimal minimalistic minimalism vector flatdesign",
    "embroidery": "embroidery embroidered crossstitch needlework tapestry",
    "knitted": "knitted knit crochet crocheted wool woolen woollen felted",
    "isometric": "isometric diorama",
    "neon": "neontube neontubes neonsign neonstyle neonlight",
    "cyberpunk": "cyberpunk scifi sciencefiction bladerunner futuristic",
    "vaporwave": "vaporwave synthwave retrowave outrun",
    "artdeco": "artdeco deco gatsby",
    "artnouveau": "artnouveau nouveau mucha",
    "gothic": "gothic goth victoriangothic",
    "steampunk": "steampunk clockpunk",
    "cosmic": "cosmic astral",
    "fantasy": "fantasy highfantasy",
    "solarpunk": "solarpunk",
    "retrofuture": "retrofuturistic retrofuturism retrofuture atompunk",
    "graffiti": "graffiti streetart spraypaint stencil",
    "sticker": "sticker diecut",
    "storybook": "storybook picturebook fairytaleillustration",
    "analog": "analog analogue 35mm filmphotograph filmphoto kodak vintage lomography",
    "cinematic": "cinematic filmstill movie anamorphic",
    "noir": "noir filmnoir",
    "monochrome": "blackandwhite monochrome monochromatic grayscale greyscale",
    "sepia": "sepia daguerreotype",
    "polaroid": "polaroid instax instantfilm",
    "macro": "macro",
    "longexposure": "longexposure lighttrails timelapse",
    "studio": "studioportrait studiophotograph studiophoto studioshot",
    "glitch": "glitch glitchart datamosh vhs",
    "infrared": "infrared",
    "double": "doubleexposure",
}

# A clause with one of these speaks about the picture and not about what is in it: its nouns are not drawn.
CRAFT = frozenset(
    "paper ink brush brushes brushwork stroke strokes line lines outline outlines texture textures light lights lighting "
    "shadow shadows colour colours color colors palette focus grain lens film contrast border layer layers shape shapes "
    "accent accents tone tones detail details edge edges pixel pixels tile tiles panel panels dot dots noise view views "
    "angle stitch stitches thread wool coloured colored texture expressive eyes empty leather polished marks paint "
    "hatching stippling grout varnish grade highlights scribbles washes linen composition geometry triangles rivets".split()
)
# Words that open "a <craft> of <what is in it>".
MEDIA = frozenset(
    "painting drawing sketch photograph photo illustration print poster art artwork render rendering scene still panel "
    "model window picture image engraving design style shot".split()
)
