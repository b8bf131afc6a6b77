"""Names of two and three words that mean one thing."""

from __future__ import annotations

# Two- and three-word names, joined before anything else is read.
PHRASES = """
hot air balloon|hot air balloons|ice cream|oil painting|oil paint|pixel art|low poly|paper cut|cut paper|pop art
art deco|art nouveau|stained glass|black and white|double exposure|film noir|line art|line drawing|blue hour
golden hour|magic hour|northern lights|milky way|polar bear|teddy bear|light bulb|cherry blossom|cherry blossoms
wine glass|fruit bowl|bowl of fruit|coffee cup|cup of coffee|cup of tea|tea cup|sailing boat|sail boat|pirate ship
space ship|space station|solar system|full moon|crescent moon|shooting star|shooting stars|comic book
graphic novel|coral reef|still life|sci fi|science fiction|studio ghibli|cel shading|cel shaded|3d render
ferris wheel|hot dog|steam train|steam locomotive|t rex|high rise|wind turbine|christmas tree|palm tree|palm trees
birch forest|pine forest|rice field|wheat field|living room|bed room|water color|water colour|water lily
color pencil|colored pencil|coloured pencil|felt tip|wood cut|wood block|lino cut|risograph print|ball point
ink wash|sumi e|ink drawing|pencil sketch|screen print|studio portrait|studio photograph|studio photo|film still
film photograph|film photo|long exposure|light trails|retro futuristic|retro futurism|high fantasy|street art
spray paint
die cut|picture book|instant film|paper art|ukiyo e|cross hatching|cross stitch|8 bit|16 bit|neon tube|neon tubes
neon sign|neon light|glitch art|3d cartoon|clay model|post impressionist|technical drawing|blade runner|time lapse
snow man|telephone box|telephone booth|phone booth|rubber duck|rocking chair|street lamp
street light|street lights|wine bottle|picnic table
""".replace("\n", "|")
