"""Word lists and name patterns of the demonstration registry: every proper name in it is put together from these.

Birds and plants stand for surnames, and places are compounds that no map has, so that no name is that of a real
person, organisation or place. A pattern's `{slot}` draws from the pool of that name; `{slot:2}` draws from it again.
"""

from __future__ import annotations

from collections.abc import Mapping


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in text.split(","))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


_BIRDS = _listed("""
    CHORLITO, ZORZAL, CENZONTLE, ZANATE, GUARDABARRANCO, MARTINETE, TUCANCILLO, PICAFLOR, VENCEJO, TÁNGARA, COLIBRÍ,
    CHIPE, MOSQUERO, AVEFRÍA, CODORNIZ, TORDITO, JILGUERILLO, CLARINERO, GORRIONCILLO, OROPÉNDOLA, PIJUY,
    TAPACAMINO, GAVILANCILLO, CORMORÁN, PELÍCANO, GARCETA, ESPÁTULA, CHACHALACA, PAVITO, TROGÓN, MOMOTO, SALTAPARED,
    CUCLILLO, AGUILUCHO, TREPATRONCOS, FRAILECILLO, ABEJARUCO, REYEZUELO, PETIRROJO, HERRERILLO
""")
_PLANTS = _listed("""
    HELECHO, MUSGO, BROMELIA, HIEDRA, ALBAHACA, TOMILLO, ACHIOTE, CHIPILÍN, LOROCO, ZARZAMORA, MADRESELVA,
    CAMPÁNULA, AZUCENA, GLADIOLA, ALHELÍ, TRÉBOL, JENGIBRE, CARDAMOMO, PITAHAYA, NOPALITO, ENREDADERA, ORÉGANO,
    ALMENDRO, MATILISGUATE, LIQUIDÁMBAR, CONACASTE, PALOBLANCO, NENÚFAR, LAVANDA, SIEMPREVIVA
""")
_GIVEN = _listed("""
    ALBERTINA, BENIGNO, CASIMIRA, DEMETRIO, EDELMIRA, FAUSTINO, GENOVEVA, HERMÓGENES, IRINEO, JACINTA, LEOCADIA,
    MELQUIADES, NICÉFORO, OTILIA, PÁNFILO, QUITERIA, RIGOBERTA, SATURNINO, TELÉSFORO, URSULINA, VENANCIO,
    WENCESLADA, ZÓSIMO, ADELAIDO, BONIFACIA, CEFERINO, DOROTEA, EUSTAQUIO, FILOMENA, GUMERSINDO
""")
_PLACE_HEADS = _listed("""
    VALDE, MONTE, PIEDRA, AGUA, VILLA, CERRO, PUENTE, CAMPO, LLANO, BARRO, FUENTE, SALTO, LOMA, RÍO, PASO, TORRE,
    CASA, HOYO, CUESTA, PRADO
""")
_PLACE_TAILS = _listed("""
    NIEBLA, ZANATE, BRUMA, HELECHO, CHIPE, CENZONTLE, BROMELIA, LUCIÉRNAGA, CARACOLA, TRÉBOL, TECOLOTE, LIBÉLULA,
    GRILLO, MUSGO, ESCARCHA, TUCÁN, ARMADILLO, PEREZOSA, MARIPOSA, CHICHARRA, CANGREJO, TLACUACHE, LLOVIZNA,
    COLIBRÍ, PALOMILLA, SALTAMONTES, AJONJOLÍ, MAGNOLIA, TORTUGA, NUBARRÓN
""")
_MAYAN_HEADS = _listed("""
    XEK'A, CHUB'O, PATZ'U, TZ'ILO, K'ANUB'I, B'ALUXE, PAK'OLI, XOLQ'A, CHWIT'O, TZUNQ'E, K’UMATZI, Q’ANXE, CH’UTIX,
    POQ'OTZ, T´ALIX
""")
_MAYAN_TAILS = _listed("""
    LUX, NTIK, MELAJ, WOKIL, RAMUX, BAXTUN, LOJIK, TEQIL, XUMAL, NAKTE, QUBIX, TOLAM, JUTZIL, MOXIL, PEKTUN
""")
_NOUNS = _listed("""
    EL FAROL, EL VELERO, EL PUENTE, EL TELAR, EL RELOJ, EL MOLINO, EL CARACOL, EL SENDERO, EL CANDIL, EL TINTERO, EL
    COMETA, EL CATALEJO, EL TROMPO, EL BARRILETE, EL CÁNTARO, EL OVILLO, EL PARAGUAS, EL MAPAMUNDI, EL ALFABETO, EL
    CALEIDOSCOPIO, LA BRÚJULA, LA LUCIÉRNAGA, LA LIBÉLULA, LA PIZARRA, LA VELETA, LA ESCALERA, LA MARIMBITA, LA
    HAMACA, LA CAMPANILLA, LA TORTUGA, LA LINTERNA, LA CARACOLA, LA GOLONDRINA, LA ACUARELA, LA MADEJA, LA LLOVIZNA,
    LA CORDILLERA, LA VENTANA, LA TINAJA, LA ESPIRAL
""")
_TRAITS = _listed("""
    DE CRISTAL, DE PAPEL, DE BRUMA, DE MEDIANOCHE, DE LOS ZANATES, DE ALGODÓN, DE SIETE COLORES, DE LA NIEBLA, DE
    HOJALATA, DE ÁMBAR, DEL VIENTO NORTE, DEL OTRO LADO, DEL COLIBRÍ, DEL ECLIPSE, DEL VOLCÁN DORMIDO, DEL MUSGO, DE
    AZÚCAR, DE LUNA MENGUANTE, DE TRES PATIOS, DE LAS NUBES, ESCARLATA, TURQUESA, SILVESTRE, INVENCIBLE, ITINERANTE,
    DEL CENZONTLE PENSATIVO, DEL JARDÍN INFINITO, DEL TRÉBOL AMARILLO, NÚMERO OCHO, Y COMPAÑÍA DE GRILLOS, DE PLATA
    Y MAÍZ, DEL ARRECIFE, DE TIERRA ADENTRO, DE LAS DOS ORILLAS, DEL ÚLTIMO TREN, BAJO EL MAR, TRANSPARENTE, DE LANA
    AZUL, DEL JUEVES, CON ALAS
""")
_SUBJECTS = _listed("""
    CIENCIAS DE LA NIEBLA, ARTES DEL TELAR, COMERCIO IMAGINARIO, MECÁNICA DE RELOJES, CARTOGRAFÍA, MÚSICA DE
    MARIMBA, OFICIOS DEL BARRO, AVICULTURA Y CANTO, ASTRONOMÍA DE PATIO, ORATORIA, TECNOLOGÍA DEL VIENTO, CUIDADO DE
    MUSGOS
""")
_GOODS = _listed("""
    TEXTILES, CONFECCIONES, EMPAQUES, TEJIDOS, HILOS, BOTONES, PRENDAS, ZIPPERS, CALCETERÍA, MOLDEADOS, PLÁSTICOS,
    CONSERVAS, ESPECIAS, MUEBLES, VELAS, CERÁMICAS, ENVASES, JUGUETES, CARTONES, CUEROS
""")
_SERVICES = _listed("""
    LOGÍSTICA, ALMACENES, DISTRIBUIDORA, IMPORTADORA, CENTRO DE CONTACTO, SOLUCIONES, SISTEMAS, COMERCIALIZADORA,
    BODEGAS, DESARROLLOS, DIGITALES, REPUESTOS
""")
_COMPANY_WORDS = _listed("""
    NUBE DE ZANATES, TRÉBOL ERRANTE, ÁMBAR Y BRUMA, OCHO CHIPES, MUSGO CELESTE, LUNA DE HOJALATA, VELETA AZUL,
    CARACOL VELOZ, GRILLO SONORO, TUCÁN DE PAPEL, ARRECIFE ALTO, VOLCÁN DE LANA, TINTA DE LUCIÉRNAGA, PUENTE
    INFINITO, HELECHO ROJO, RELOJ SIN AGUJAS, COMETA CHICO, TORTUGA DEL ALBA, CANDIL Y MAREA, ECLIPSE VERDE,
    MAPAMUNDI, ESCARCHA TROPICAL, MOLINO DE NIEBLA, BARRILETE PLATEADO, CASCABEL DE RÍO, LIBÉLULA MECÁNICA, OVILLO
    SOLAR, PIEDRA QUE CANTA, ALFABETO NORTE, CÁNTARO LIGERO, SIETE OLAS, PARAGUAS DE SAL
""")
_ACRONYMS = _listed("""
    ZANIEB, BRUMEXU, HELIZAL, TREBONIX, CHIPENUB, MUSGALIA, LIBELUX, TUCAPEL-Z, GRILLOZ, VELETIX, ZORZALIN,
    NIEBLATUM, CARACOLEX, OVILLUM, ESCARLIX, BARRILEX
""")
_COUNTRIES = _listed("""
    ZANATIA, BRUMALIA, HELECHONIA, TREBOLIA, NIEBLANDIA, ISLAS CARACOLAS, CHIPRALIA DEL SUR, LIBELONIA, MUSGARIA,
    TUCANIA, GRILLOVIA, ORIENTALIA ALTA, VELETONIA, AMBARIA, ESCARLANDIA, COLIBRISTÁN
""")
_CAUSES = _listed("""
    EL DESARROLLO, LA LECTURA EN VOZ ALTA, EL CUIDADO DEL AGUA, LA NIÑEZ, LOS BOSQUES DE NIEBLA, LA TERCERA EDAD, EL
    TEJIDO TRADICIONAL, LA SALUD COMUNITARIA, LOS CAMINOS RURALES, LA MÚSICA DE MARIMBA, LA VIVIENDA, LA NUTRICIÓN,
    LAS AVES MIGRATORIAS, LA JUVENTUD, EL ARTE DE PATIO
""")
_TRADES = _listed("""
    TEJEDORES, RELOJEROS, PANADERAS, CAFICULTORES, ALFAREROS, APICULTORES, TRANSPORTISTAS, COHETEROS, MARIMBISTAS,
    PESCADORES DE LAGO, ENCUADERNADORES, CESTERAS, SILLEROS, HORTELANAS, FAROLEROS, CARTÓGRAFOS, VELEROS, CERRAJEROS
""")
_OFFICES = _listed("""
    ASUNTOS DE NIEBLA, CARTAS Y BARRILETES, FOMENTO DEL TELAR, CAMINOS DE HERRADURA, VELETAS Y RELOJES PÚBLICOS,
    JARDINES COLGANTES, ARCHIVO DE MAREAS, AVES Y CAMPANARIOS, PUENTES COLGANTES, ALFABETOS, COSECHA DE LLUVIA,
    FAROS DE TIERRA ADENTRO
""")
_SPORTS = _listed("""
    TROMPO, BARRILETE, CINCOS, YOYO, CARRERA DE COSTALES, SALTO DE CUERDA, AJEDREZ A CIEGAS, PATINETA DE MONTAÑA,
    REMO DE LAGUNA, CAPIRUCHO
""")

# Writings of the legal suffixes; the commonest stands twice.
_SA = (", SOCIEDAD ANÓNIMA", ", SOCIEDAD ANÓNIMA", ", S.A.", " S.A.", ", S. A.", " SOCIEDAD ANÓNIMA")
_LTDA = (", COMPAÑÍA LIMITADA", ", CÍA. LTDA.", " Y CÍA. LTDA.", ", LIMITADA", " LTDA.")
_RL = (", R.L.", " R.L.", ", RESPONSABILIDAD LIMITADA", " RESPONSABILIDAD LIMITADA", ", R. L.")

# Words that nobody bears as a name, so that a reader sees at once that the person is made up.
_FICTIVE_SURNAMES = _listed("""
    FICTICIO, EJEMPLAR, INVENTADO, SUPUESTO, IMAGINARIO, HIPOTÉTICO, SIMULADO, FABULOSO, DEMOSTRATIVO, PROVISIONAL,
    APARENTE, POSTIZO
""")
_FICTIVE_GIVEN = _listed("""
    ALGUIEN, NADIE, CUALQUIERA, NINGUNA, FULANEJO, PRIMERA, SEGUNDO, TERCERA, CUARTO, QUINTA, SEXTO, SÉPTIMA,
    OCTAVO, NOVENA
""")

POOLS: Mapping[str, tuple[str, ...]] = {
    "bird": _BIRDS,
    "plant": _PLANTS,
    "given": _GIVEN,
    "place": tuple(head + tail for head in _PLACE_HEADS for tail in _PLACE_TAILS),
    "maya": tuple(head + tail for head in _MAYAN_HEADS for tail in _MAYAN_TAILS),
    "noun": _NOUNS,
    "trait": _TRAITS,
    "subject": _SUBJECTS,
    "goods": _GOODS,
    "service": _SERVICES,
    "words": _COMPANY_WORDS,
    "acronym": _ACRONYMS,
    "country": _COUNTRIES,
    "cause": _CAUSES,
    "trade": _TRADES,
    "office": _OFFICES,
    "sport": _SPORTS,
    "number": tuple(str(number) for number in range(1, 60)),
    "sa": _SA,
    "ltda": _LTDA,
    "rl": _RL,
    "surname": _FICTIVE_SURNAMES,
    "forename": _FICTIVE_GIVEN,
}
"""Slot → the texts that may stand in it."""

NATURAL_PERSON: tuple[str, ...] = ("{surname},{surname:2},,{forename},{forename:2}",)
"""The five comma parts in which the tax authority writes a person: surnames, married name, given names."""

_COMPANY_OF_GOODS = _lines("""
    {goods} {words}{sa}
    {goods} {place}{sa}
    {words} {goods}{sa}
    {goods} {bird} Y {plant}{ltda}
    INDUSTRIAS {place}{sa}
    {goods} E INVERSIONES {words}{sa}
    MANUFACTURAS "{noun} {trait}"{sa}
    {goods} {maya}{sa}
    GRUPO {acronym} {words}{sa}
""")
_COMPANY_OF_SERVICES = _lines("""
    {service} {words}{sa}
    {service} {place}{sa}
    {service} {bird} & {plant}{sa}
    {service} {acronym}{ltda}
    OPERADORA {words} DE {place}{sa}
    {service} {noun} {trait}{sa}
    {words} {service}{sa}
""")

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "UNIV_PUB": ("UNIVERSIDAD AUTÓNOMA DE {place}",),
    "UNIV_PRIV": _lines("""
        UNIVERSIDAD {words}
        UNIVERSIDAD DE {subject} "{given} {bird}"
        UNIVERSIDAD PRIVADA {place}
    """),
    "CED_PRIV": _lines("""
        COLEGIO PARTICULAR MIXTO "{noun} {trait}"
        COLEGIO "{noun} {trait}"
        LICEO "{noun} {trait}"
        CENTRO EDUCATIVO "{noun} {trait}"
        COLEGIO BILINGÜE "{noun} {trait}"
        LICEO TECNOLÓGICO "{noun} {trait}"
        JARDÍN INFANTIL "{noun} {trait}"
        ESCUELA PRIVADA MIXTA "{noun} {trait}"
        INSTITUTO PRIVADO "{noun} {trait}"
        COLEGIO PARTICULAR MIXTO {given} {bird} {plant}
        COLEGIO {given} {bird} {plant}
        LICEO {given} {bird} {plant}
        CENTRO EDUCATIVO {given} {bird} {plant}
        COLEGIO BILINGÜE {given} {bird} {plant}
        LICEO TECNOLÓGICO {given} {bird} {plant}
        COLEGIO PARTICULAR MIXTO {place}
        COLEGIO {place}
        LICEO {place}
        CENTRO EDUCATIVO {place}
        COLEGIO BILINGÜE {place}
        COLEGIO {noun} {trait}
        LICEO {maya}
        CENTRO DE ESTUDIOS "{given} {plant}", {place}
        COLEGIO CIENTÍFICO {bird} & {plant}
        COLEGIO PARTICULAR MIXTO LICEO "{words}"
        ACADEMIA DE {subject} "{noun}"
        COLEGIO EVANGÉLICO MIXTO "{noun} {trait}"
    """),
    "CED_PUB": _lines("""
        ESCUELA OFICIAL RURAL MIXTA ALDEA {place}
        ESCUELA OFICIAL RURAL MIXTA CASERÍO {maya}
        ESCUELA OFICIAL URBANA MIXTA NO. {number} "{given} {bird} {plant}"
        INSTITUTO NACIONAL DE EDUCACIÓN BÁSICA, ALDEA {place}
        INSTITUTO NACIONAL DE EDUCACIÓN DIVERSIFICADA "{given} {plant}"
        ESCUELA OFICIAL DE PÁRVULOS {place}
        INSTITUTO NACIONAL DE TELESECUNDARIA CASERÍO {maya}, {place}
        ESCUELA NORMAL DE {subject}, {place}
    """),
    "CED_COOP": _lines("""
        INSTITUTO MIXTO DE EDUCACIÓN BÁSICA POR COOPERATIVA DE ENSEÑANZA, ALDEA {place}
        INSTITUTO POR COOPERATIVA "{given} {bird}"
        INSTITUTO DE EDUCACIÓN BÁSICA POR COOPERATIVA, CASERÍO {maya}
    """),
    "IGSS": ("INSTITUTO INVENTADO DE SEGURIDAD SOCIAL DE {place}",),
    "CDAG": _lines("""
        FEDERACIÓN NACIONAL DE {sport} DE {place}
        ASOCIACIÓN DEPORTIVA DEPARTAMENTAL DE {sport} DE {place}
        ASOCIACIÓN DEPORTIVA MUNICIPAL DE {sport} DE {place}
    """),
    "COG": ("COMITÉ OLÍMPICO INVENTADO DE {place}",),
    "IGL_CAT": _lines("""
        PARROQUIA DE {place}
        DIÓCESIS DE {place}
        CONGREGACIÓN RELIGIOSA DE {place}
        VICARÍA DE {maya}
    """),
    "CULTO": _lines("""
        IGLESIA EVANGÉLICA "{noun} {trait}"
        MISIÓN CRISTIANA {noun} {trait}
        IGLESIA EVANGÉLICA MINISTERIOS {place}
        TEMPLO {noun} {trait} DE {maya}
        IGLESIA {noun} {trait}, {place}
        ASAMBLEA CRISTIANA DE {place}
    """),
    "EST": _lines("""
        DIRECCIÓN GENERAL DE {office}
        INSTITUTO NACIONAL DE {office} DE {place}
        CONSEJO DE {office} DE {place}
        REGISTRO AUTÓNOMO DE {office} DE {place}
        HOSPITAL REGIONAL DE {place}
        COMISIÓN PRESIDENCIAL DE {office}, {place}
        ZONA DE RESERVA {place}, UNIDAD DE {office}
        FONDO SOCIAL DE {office} DE {place}
    """),
    "MUNI": _lines("""
        MUNICIPALIDAD DE {place}
        MUNICIPALIDAD DE {maya}
        EMPRESA MUNICIPAL DE AGUA DE {place}
        EMPRESA ELÉCTRICA MUNICIPAL DE {place}
        MANCOMUNIDAD DE MUNICIPIOS {noun} {trait}
        EMPRESA MUNICIPAL DE TRANSPORTE DE {place} -{acronym}-
    """),
    "ASOC": _lines("""
        ASOCIACIÓN CIVIL "{noun} {trait}"
        ASOCIACIÓN DE {trade} DE {place}
        ASOCIACIÓN PARA {cause} DE {place}
        ASOCIACIÓN DE VECINOS DE LA COLONIA {place}
        ASOCIACIÓN DE DESARROLLO INTEGRAL {maya}
        ASOCIACIÓN {given} {bird} PARA {cause}
        ASOCIACIÓN SOLIDARISTA DE EMPLEADOS DE {words}
        ASOCIACIÓN DE {trade} {maya} -{acronym}-
        ASOCIACIÓN DE MUJERES {words} DE {place}
    """),
    "FUND": _lines("""
        FUNDACIÓN {given} {bird} {plant}
        FUNDACIÓN PARA {cause} -{acronym}-
        FUNDACIÓN "{noun} {trait}"
        FUNDACIÓN {words}
    """),
    "ONG": _lines("""
        ORGANIZACIÓN NO GUBERNAMENTAL {noun} {trait}
        O.N.G. {words} PARA {cause}
        ONG PARA {cause} DE {place}
        ORGANIZACIÓN NO GUBERNAMENTAL "{maya}"
    """),
    "SIND": _lines("""
        SINDICATO DE TRABAJADORES DE {words}
        SINDICATO DE {trade} DE {place}
        SINDICATO DE {trade} "{given} {bird}"
    """),
    "GREM": _lines("""
        GREMIAL DE {trade} DE {place}
        CÁMARA DE {trade} DE {place}
        CÁMARA DE {goods} Y {goods:2} DE {place}
    """),
    "COLPROF": ("COLEGIO DE {trade} PROFESIONALES DE {place}",),
    "PARTIDO": _lines("""
        PARTIDO {noun} {trait}
        COMITÉ CÍVICO ELECTORAL DE {place}
    """),
    "COMITE": _lines("""
        COMITÉ PRO MEJORAMIENTO DE LA ALDEA {place}
        COMITÉ PARA {cause} DE {place}
        COMITÉ DE FERIA DE {maya}
        COMITÉ PERMANENTE DE {trade}, {place}
    """),
    "OPF": _lines("""
        ORGANIZACIÓN DE PADRES DE FAMILIA DE LA ESCUELA {place}
        O.P.F. ESCUELA OFICIAL RURAL MIXTA CASERÍO {maya}
        ORGANIZACIÓN DE PADRES DE FAMILIA "{given} {bird}"
    """),
    "OCSAS": _lines("""
        COMITÉ DE AGUA Y SANEAMIENTO DE {place}
        ORGANIZACIÓN COMUNITARIA DE AGUA DEL CASERÍO {maya}
        ASOCIACIÓN DE AGUA POTABLE {noun} {trait}
    """),
    "BOMB": _lines("""
        CUERPO DE BOMBEROS DE {place}
        ASOCIACIÓN DE BOMBEROS {noun} {trait}
    """),
    "COOP": _lines("""
        COOPERATIVA INTEGRAL AGRÍCOLA {place}{rl}
        COOPERATIVA DE AHORRO Y CRÉDITO INTEGRAL "{noun} {trait}"{rl}
        COOPERATIVA INTEGRAL DE COMERCIALIZACIÓN DE {trade} {maya}{rl}
        COOPERATIVA DE CONSUMO {words}{rl}
        FEDERACIÓN DE COOPERATIVAS DE {trade} DE {place}{rl}
        COOPERATIVA DE VIVIENDA {place} "{acronym}"{rl}
    """),
    "DIPL": _lines("""
        EMBAJADA DE {country}
        MISIÓN DIPLOMÁTICA DE {country} EN {place}
    """),
    "CONS": _lines("""
        CONSULADO GENERAL DE {country}
        CONSULADO HONORARIO DE {country} EN {place}
    """),
    "ORGINT": _lines("""
        ORGANIZACIÓN INTERNACIONAL DE {office}
        AGENCIA DE COOPERACIÓN DE {country}
        BANCO INTERCONTINENTAL DE {office}
        PROGRAMA REGIONAL DE {country} PARA {cause}
    """),
    "MAQ_ADT_M": _COMPANY_OF_GOODS,
    "MAQ_ADT_E": _COMPANY_OF_GOODS,
    "MAQ_ADT_P": _COMPANY_OF_GOODS,
    "MAQ_DEV": _COMPANY_OF_GOODS,
    "MAQ_REP": _COMPANY_OF_GOODS,
    "MAQ_CANT": _COMPANY_OF_GOODS,
    "MAQ_SERV": _COMPANY_OF_SERVICES,
    "ZF_ADM": _lines("""
        ZONA FRANCA {place}{sa}
        ADMINISTRADORA DE ZONA FRANCA {words}{sa}
        PARQUE INDUSTRIAL {words}{sa}
    """),
    "ZF_IND": _COMPANY_OF_GOODS,
    "ZF_SERV": _COMPANY_OF_SERVICES,
    "ZOLIC_USU": (*_COMPANY_OF_SERVICES[:3], *_COMPANY_OF_GOODS[:3]),
    "ZDEEP_ADM": _lines("""
        ZDEEP {place}{sa}
        ZONA DE DESARROLLO {words}{sa}
    """),
    "ZDEEP_USU": (*_COMPANY_OF_SERVICES[:2], *_COMPANY_OF_GOODS[:2]),
    "ENR": _lines("""
        HIDROELÉCTRICA {place}{sa}
        GENERADORA SOLAR {words}{sa}
        PARQUE EÓLICO {place}{sa}
        GEOTÉRMICA {place}{sa}
        BIOGÁS {words}{sa}
        ENERGÍA LIMPIA {noun} {trait}{sa}
        HIDROELÉCTRICA {maya}{sa}
    """),
    "MOVEL": _lines("""
        ELECTROMOVILIDAD {words}{sa}
        AUTOBUSES ELÉCTRICOS {place}{sa}
        ESTACIONES DE CARGA {words}{sa}
        MOTOS ELÉCTRICAS {bird}{ltda}
    """),
    "HIDRO": _lines("""
        PETROLERA {words}{sa}
        EXPLORACIONES {place}{sa}
        HIDROCARBUROS DE {place}, LIMITED
    """),
}
"""Category → the patterns of the names of its legal persons."""
