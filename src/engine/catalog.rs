//! Turns the names of a workspace into tables, each made when a statement first names it.
//!
//! Schemas: `datasets` (the default), `source` (rows with their origin), `queries` (saved queries
//! with their defaults), `information_schema`. Opening nothing before it is named keeps start-up
//! instant, and a broken contract or query troubles only the statements that use it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use datafusion::catalog::information_schema::InformationSchemaProvider;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SessionState;

use super::dataset::{DatasetTable, Origin};
use super::{categories, imports, saved};
use crate::contract::{Contract, parse_contract};
use crate::error::Error;
use crate::messages::QueryNotice;
use crate::workspace::{Workspace, read_text};

/// The name of the one catalogue.
pub(super) const CATALOG: &str = "workspace";
/// The schema in which unqualified names are looked up.
pub(super) const DATASETS: &str = "datasets";
/// The schema of datasets with the origin of each row.
pub(super) const SOURCE: &str = "source";
/// The schema of saved queries.
pub(super) const QUERIES: &str = "queries";
/// The standard's schema of tables and columns.
const INFORMATION_SCHEMA: &str = "information_schema";
/// The table of the last result, which is found by its name but not listed.
pub(super) const LAST: &str = "_";
/// The table of imports.
pub const IMPORTS: &str = "imports";
/// The table of the codes of all category columns.
pub const CATEGORIES: &str = "categories";

/// The contracts of a workspace, read when asked for, so that an edit is seen at once.
///
/// A text that has not changed is not parsed again: a statement asks for the same contract many times.
#[derive(Debug, Clone)]
pub struct Contracts {
    workspace: Workspace,
    parsed: Arc<Mutex<Parsed>>,
}

/// By dataset: the text of the contract and what it declares.
type Parsed = HashMap<String, (String, Arc<Contract>)>;

impl Contracts {
    /// Looks into `workspace`.
    pub fn new(workspace: Workspace) -> Self {
        Self { workspace, parsed: Arc::default() }
    }

    /// Reads one contract.
    ///
    /// # Errors
    /// [`crate::messages::WorkspaceFault::UnknownDataset`], an unreadable file, or the faults in it.
    pub fn read(&self, dataset: &str) -> crate::error::Result<Arc<Contract>> {
        self.workspace.require_dataset(dataset)?;
        let path = self.workspace.contract_file(dataset);
        let shown = self.workspace.display(&path);
        let text = read_text(&path, &shown)?;
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, contract)) = parsed.get(dataset)
            && *known == text
        {
            return Ok(Arc::clone(contract));
        }
        let contract = Arc::new(parse_contract(dataset, &shown, &text)?);
        parsed.insert(dataset.to_owned(), (text, Arc::clone(&contract)));
        Ok(contract)
    }
}

/// Gives the current session state to providers that must plan or scan.
pub(super) type StateSource = Arc<OnceLock<Box<dyn Fn() -> Option<SessionState> + Send + Sync>>>;

/// What every schema of the catalogue needs.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) workspace: Workspace,
    pub(super) contracts: Contracts,
    pub(super) state: StateSource,
    /// What is kept in memory, by name: the last result as `_`, temporary tables and views.
    pub(super) kept: Arc<Mutex<BTreeMap<String, KeptTable>>>,
}

/// A table that is kept in memory for the statements to come.
#[derive(Clone)]
pub(super) struct KeptTable {
    pub(super) table: Arc<dyn TableProvider>,
    /// What its reader must know goes on to whoever reads it.
    pub(super) notices: Vec<QueryNotice>,
    /// What was read for it.
    pub(super) sources: Vec<super::notice::Source>,
}

impl Context {
    /// Finds what is kept under a name.
    pub(super) fn kept(&self, name: &str) -> Option<KeptTable> {
        self.kept_tables().get(name).cloned()
    }

    /// Finds what is kept as this very table.
    pub(super) fn kept_as(&self, table: &Arc<dyn TableProvider>) -> Option<KeptTable> {
        self.kept_tables().values().find(|kept| Arc::ptr_eq(&kept.table, table)).cloned()
    }

    /// Keeps a table in place of one of the same name.
    pub(super) fn keep(&self, name: &str, table: KeptTable) {
        self.kept_tables().insert(name.to_owned(), table);
    }

    /// Forgets what is kept under a name.
    pub(super) fn forget(&self, name: &str) {
        self.kept_tables().remove(name);
    }

    /// Lists the temporary tables and views.
    pub(super) fn temporary_names(&self) -> Vec<String> {
        self.kept_tables().keys().filter(|name| *name != LAST).cloned().collect()
    }

    fn kept_tables(&self) -> MutexGuard<'_, BTreeMap<String, KeptTable>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> Result<SessionState> {
        let state = self.state.get().and_then(|source| source());
        state.ok_or_else(|| DataFusionError::Internal("the session has ended".to_owned()))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.workspace.root().display())
    }
}

/// Wraps an error of ours so that it passes through DataFusion unchanged.
pub(super) fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The list of the one catalogue.
#[derive(Debug)]
pub(super) struct WorkspaceCatalogs {
    catalog: Arc<WorkspaceCatalog>,
}

impl WorkspaceCatalogs {
    pub(super) fn new(context: Context) -> Self {
        Self { catalog: Arc::new(WorkspaceCatalog { context, faults: Faults::Raised }) }
    }
}

impl CatalogProviderList for WorkspaceCatalogs {
    fn register_catalog(&self, _: String, _: Arc<dyn CatalogProvider>) -> Option<Arc<dyn CatalogProvider>> {
        None
    }

    fn catalog_names(&self) -> Vec<String> {
        vec![CATALOG.to_owned()]
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        (name == CATALOG).then(|| Arc::clone(&self.catalog) as Arc<dyn CatalogProvider>)
    }
}

/// What a table that cannot be made is: an error where it was named, nothing where all are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Faults {
    Raised,
    Hidden,
}

#[derive(Debug, Clone)]
struct WorkspaceCatalog {
    context: Context,
    faults: Faults,
}

impl CatalogProvider for WorkspaceCatalog {
    fn schema_names(&self) -> Vec<String> {
        [DATASETS, SOURCE, QUERIES].map(str::to_owned).to_vec()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let kind = match name {
            DATASETS => SchemaKind::Datasets,
            SOURCE => SchemaKind::Source,
            QUERIES => SchemaKind::Queries,
            INFORMATION_SCHEMA => return Some(self.information_schema()),
            _ => return None,
        };
        Some(Arc::new(WorkspaceSchema { context: self.context.clone(), kind, faults: self.faults }))
    }
}

impl WorkspaceCatalog {
    /// Lists over a catalogue in which what is broken does not exist.
    fn information_schema(&self) -> Arc<dyn SchemaProvider> {
        let lenient = Self { context: self.context.clone(), faults: Faults::Hidden };
        let list = WorkspaceCatalogs { catalog: Arc::new(lenient) };
        Arc::new(InformationSchemaProvider::new(Arc::new(list)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SchemaKind {
    Datasets,
    Source,
    Queries,
}

#[derive(Debug)]
struct WorkspaceSchema {
    context: Context,
    kind: SchemaKind,
    faults: Faults,
}

impl WorkspaceSchema {
    fn names(&self) -> crate::error::Result<Vec<String>> {
        match self.kind {
            SchemaKind::Datasets => {
                let mut names = self.context.workspace.datasets()?;
                names.extend([IMPORTS, CATEGORIES].map(str::to_owned));
                names.extend(self.context.temporary_names());
                Ok(names)
            }
            SchemaKind::Source => self.context.workspace.datasets(),
            SchemaKind::Queries => self.context.workspace.queries(),
        }
    }

    async fn make(&self, name: &str) -> Result<Arc<dyn TableProvider>> {
        let origin = match self.kind {
            SchemaKind::Queries => return saved::make_view(&self.context, name).await,
            SchemaKind::Datasets if self.context.kept(name).is_some() => {
                let gone = || DataFusionError::Internal("the table has gone".to_owned());
                return self.context.kept(name).map(|kept| kept.table).ok_or_else(gone);
            }
            SchemaKind::Datasets if name == IMPORTS => {
                return imports::make_table(&self.context.workspace, &self.context.contracts);
            }
            SchemaKind::Datasets if name == CATEGORIES => {
                return categories::make_table(&self.context.workspace, &self.context.contracts);
            }
            SchemaKind::Datasets => Origin::Hidden,
            SchemaKind::Source => Origin::Shown,
        };
        let contract = self.context.contracts.read(name).map_err(external)?;
        // Whatever else stands among the years would be left out silently.
        self.context.workspace.years(name).map_err(external)?;
        let state = self.context.state()?;
        Ok(Arc::new(DatasetTable::new(&state, contract, origin)?))
    }
}

#[async_trait]
impl SchemaProvider for WorkspaceSchema {
    fn table_names(&self) -> Vec<String> {
        self.names().unwrap_or_default()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if !self.table_exist(name) {
            return Ok(None);
        }
        match (self.make(name).await, self.faults) {
            (Ok(table), _) => Ok(Some(table)),
            (Err(_), Faults::Hidden) => Ok(None),
            (Err(error), Faults::Raised) => Err(error),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        let is_last = name == LAST && self.kind == SchemaKind::Datasets && self.context.kept(LAST).is_some();
        is_last || self.table_names().iter().any(|known| known == name)
    }
}
