//! What both a new product and a change of one may say.

use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, Scheme, check_url, wording};
use tollgate_domain::id::{ID_MAX_CHARACTERS, TaxCodeId};
use tollgate_domain::package::PackageDimensions;
use tollgate_domain::patch::Patch;
use tollgate_domain::product::{
    DESCRIPTION_MAX_CHARACTERS, IMAGES_MAX, MARKETING_FEATURE_MAX_CHARACTERS, MARKETING_FEATURES_MAX,
    NAME_MAX_CHARACTERS, UNIT_LABEL_MAX_CHARACTERS,
};

/// Longest address of a product's page, in characters.
const PAGE_MAX_CHARACTERS: usize = 799;
/// Longest place of performance, in characters.
const PERFORMANCE_LOCATION_MAX_CHARACTERS: usize = 5000;

pub(in crate::stripe) const NAME: Param =
    Param::new("name", Kind::trimmed(NAME_MAX_CHARACTERS), "The name, as customers see it.");
pub(in crate::stripe) const ID: Param = Param::new(
    "id",
    Kind::Id { max: ID_MAX_CHARACTERS },
    "An id of your own; unique among products. Generated where it is left out.",
);
pub(super) const ACTIVE: Param =
    Param::new("active", Kind::Boolean, "Whether the product can be bought; true unless said.");
pub(super) const DESCRIPTION: Param =
    Param::new("description", Kind::text(DESCRIPTION_MAX_CHARACTERS), "A long description, as customers see it.");
pub(super) const IMAGES: Param =
    Param::new("images", Kind::Array { max: IMAGES_MAX, of: &Kind::Url }, "Addresses of up to 8 images.");
pub(super) const SHIPPABLE: Param = Param::new("shippable", Kind::Boolean, "Whether the product is shipped.");
// Its form is checked last of all, so here it is a mere text: see `check_page`.
pub(super) const URL: Param = Param::new("url", Kind::text(usize::MAX), "The address of the product's public page.");
pub(super) const PACKAGE_DIMENSIONS: Param = Param::new(
    "package_dimensions",
    Kind::Object(&[HEIGHT, LENGTH, WEIGHT, WIDTH]),
    "The size of the product for shipping; two decimal places at most.",
);
const HEIGHT: Param = Param::new("height", Kind::Dimension, "Height in inches.").required();
const LENGTH: Param = Param::new("length", Kind::Dimension, "Length in inches.").required();
const WEIGHT: Param = Param::new("weight", Kind::Dimension, "Weight in ounces.").required();
const WIDTH: Param = Param::new("width", Kind::Dimension, "Width in inches.").required();
pub(in crate::stripe) const STATEMENT_DESCRIPTOR: Param = Param::new(
    "statement_descriptor",
    Kind::StatementDescriptor,
    "What customers read on their statement: up to 22 characters, a letter among them, none of < > \\ \" '.",
);
pub(in crate::stripe) const UNIT_LABEL: Param =
    Param::new("unit_label", Kind::Label { max: UNIT_LABEL_MAX_CHARACTERS }, "What one unit is called on receipts.");
pub(super) const MARKETING_FEATURES: Param = Param::new(
    "marketing_features",
    Kind::Array { max: MARKETING_FEATURES_MAX, of: &Kind::Object(&[FEATURE_NAME]) },
    "Up to 15 features to show in pricing tables.",
);
const FEATURE_NAME: Param =
    Param::new("name", Kind::text(MARKETING_FEATURE_MAX_CHARACTERS), "The name of the feature.").required();
pub(in crate::stripe) const TAX_CODE: Param =
    Param::new("tax_code", Kind::text(ID_MAX_CHARACTERS), "The id of a tax code.");
pub(in crate::stripe) const TAX_DETAILS: Param =
    Param::new("tax_details", Kind::Object(&[PERFORMANCE_LOCATION, TAX_CODE]), "How the product is taxed.");
const PERFORMANCE_LOCATION: Param = Param::new(
    "performance_location",
    Kind::text(PERFORMANCE_LOCATION_MAX_CHARACTERS),
    "Where the service is performed.",
);
pub(super) const TAX_DETAILS_CHANGE: Param = Param::new(
    "tax_details",
    Kind::Object(&[PERFORMANCE_LOCATION.clearable(), TAX_CODE.clearable()]),
    "How the product is taxed.",
)
.clearable();

/// The names of the marketing features, where there are any in the request.
pub(super) fn marketing_features(params: &Object<'_>) -> Option<Vec<String>> {
    let features = params.objects(&MARKETING_FEATURES)?;
    Some(features.into_iter().filter_map(|feature| feature.get(&FEATURE_NAME)).collect())
}

/// The size, where it is in the request.
pub(super) fn package_dimensions(params: &Object<'_>) -> Option<PackageDimensions> {
    let size = params.object(&PACKAGE_DIMENSIONS)?;
    Some(PackageDimensions {
        height: size.get(&HEIGHT)?,
        length: size.get(&LENGTH)?,
        weight: size.get(&WEIGHT)?,
        width: size.get(&WIDTH)?,
    })
}

/// Checks the address of the product's page, which may leave out its scheme.
pub(super) fn check_page(params: &Object<'_>) -> Result<(), Fault> {
    let Some(url) = params.get::<&str>(&URL) else { return Ok(()) };
    let path = Path::Root.key(URL.name);
    check_url(url, Scheme::Optional, &path)?;
    if url.len() > PAGE_MAX_CHARACTERS {
        return Err(wording::page_too_long(PAGE_MAX_CHARACTERS, &path));
    }
    Ok(())
}

/// What a request says of a product's taxes. The tax code has two places, which must not disagree.
pub(in crate::stripe) struct Taxes {
    pub(in crate::stripe) tax_code: Patch<TaxCodeId>,
    pub(in crate::stripe) performance_location: Patch<String>,
}

impl Taxes {
    /// Reads both places of an object at `path`.
    pub(in crate::stripe) fn read(params: &Object<'_>, path: &Path<'_>) -> Result<Self, Fault> {
        let (nested, performance_location) = match params.object(&TAX_DETAILS) {
            Some(details) => (details.patch(&TAX_CODE), details.patch(&PERFORMANCE_LOCATION)),
            None if params.is_unset(&TAX_DETAILS) => (Patch::Clear, Patch::Clear),
            None => (Patch::Keep, Patch::Keep),
        };
        let tax_code = match (params.patch(&TAX_CODE), nested) {
            (Patch::Keep, nested) => nested,
            (plain, Patch::Keep) => plain,
            (plain, nested) if plain == nested => plain,
            _ => return Err(wording::exclusive(&["tax_code", "tax_details[tax_code]"], &path.key(TAX_CODE.name))),
        };
        Ok(Self { tax_code, performance_location })
    }
}
