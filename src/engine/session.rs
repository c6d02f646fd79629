//! Turns a statement into an answer: parse, bind, plan, gate, run.
//!
//! One session per process. Each statement is planned against the workspace as it is at that
//! moment: file listings are not cached, so a year that another process imports is seen at once.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::metadata::FieldMetadata;
use datafusion::common::{Column, TableReference};
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;

use super::answer::{Answer, Trace};
use super::cache::{Cache, CacheOptions};
use super::call::expand_calls;
use super::catalog::{Context, Contracts, KeptTable, LAST, StateSource, external};
use super::files::FileReplaced;
use super::memory::MemoryOptions;
use super::notice::Reading;
use super::open::open_context;
use super::parse::{check_reading, parse, parse_one};
use super::saved::{self, Bindings};
use super::temporary::{self, Wish};
use super::{
    Choice, SPEC_KEY, Script, Statement, TITLE_KEY, Watch, choices, elsewhere, fault, forecast, notice,
    statement, stop,
};
use crate::error::{Error, Lang, Result};
use crate::messages::{QueryFault, QueryNotice};
use crate::query::{Parameter, SavedQuery, parse_saved_query};
use crate::store::{Provenance, read_provenance};
use crate::workspace::{Workspace, read_text};

/// How often a statement is planned again when a year is replaced under it.
const PLANNING_ATTEMPTS: usize = 5;

/// The query engine over one workspace; clones share it.
#[derive(Clone)]
pub struct Engine {
    context: SessionContext,
    inner: Context,
    cache: Option<Arc<Cache>>,
}

/// What an engine may use; by default memory as it needs it, and nothing outside the workspace.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// Where aggregates of years are kept, if they are.
    pub cache: Option<CacheOptions>,
    /// How much memory statements may use, if not all.
    pub memory: Option<MemoryOptions>,
    /// The language in which `local_number` writes, if not Vietnamese.
    pub lang: Option<Lang>,
    /// Whether statements may name local files outside the workspace as tables.
    pub may_read_outside: bool,
    /// Where statements run, if not here.
    #[cfg(feature = "cluster")]
    pub cluster: Option<super::Cluster>,
}

impl Engine {
    /// Opens a session over `workspace`; nothing of it is read before a statement names it.
    ///
    /// # Errors
    /// If the workspace's folder cannot be used.
    pub fn open(workspace: &Workspace) -> Result<Self> {
        Self::open_with(workspace, EngineOptions::default())
    }

    /// As [`Engine::open`], with `options`.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(workspace: &Workspace, options: EngineOptions) -> Result<Self> {
        let state_source = StateSource::default();
        let contracts = Contracts::new(workspace.clone());
        let state = Arc::clone(&state_source);
        let inner = Context { workspace: workspace.clone(), contracts, state, kept: Arc::default() };
        let context = open_context(&inner, &options).map_err(fault::describe)?;
        let state = context.state_weak_ref();
        let source = move || state.upgrade().map(|state| state.read().clone());
        // The cell is new, so this is its first and only value.
        let _ = state_source.set(Box::new(source));
        let cache = options.cache;
        // What is kept of years lies on this machine, where a cluster's executors do not look; and it goes by
        // the bytes of files, which an object store would have to send.
        #[cfg(feature = "cluster")]
        let cache = cache.filter(|_| options.cluster.is_none() && workspace.remote().is_none());
        Ok(Self { context, inner, cache: cache.map(|options| Arc::new(Cache::new(options))) })
    }

    /// Uses what is kept of closed years from now on, or does not.
    pub fn turn_cache(&self, on: bool) {
        if let Some(cache) = &self.cache {
            cache.turn(on);
        }
    }

    /// Returns the workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.inner.workspace
    }

    /// Returns the contracts of the workspace.
    pub fn contracts(&self) -> &Contracts {
        &self.inner.contracts
    }

    /// Runs one statement that a user typed or wrote.
    ///
    /// # Errors
    /// [`QueryFault`] with the place in the script.
    pub async fn ask(&self, script: &Script, statement: &Statement) -> Result<Answer> {
        self.ask_watched(script, statement, &Watch::default()).await
    }

    /// Runs one statement; `watch` tells how far it is.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn ask_watched(&self, script: &Script, statement: &Statement, watch: &Watch) -> Result<Answer> {
        let answer = async {
            match read_wish(script, statement)? {
                Some(wish) => Box::pin(self.fulfil(wish, script, statement, watch)).await,
                None => Box::pin(self.run(script, statement, &Bindings::none(), watch)).await,
            }
        };
        saved::share_defaults(answer).await
    }

    /// Makes an answer the table `_`, in place of the one before.
    ///
    /// # Errors
    /// If the engine does not take the rows.
    pub fn keep_last(&self, answer: &Answer) -> Result<()> {
        self.keep_rows(LAST, answer)
    }

    fn keep_rows(&self, name: &str, answer: &Answer) -> Result<()> {
        let table = MemTable::try_new(Arc::clone(&answer.schema), vec![answer.batches.clone()]);
        let table = Arc::new(table.map_err(fault::describe)?);
        let (notices, sources) = (answer.notices.clone(), answer.trace.sources.clone());
        self.inner.keep(name, KeptTable { table, notices, sources });
        Ok(())
    }

    /// Lists the temporary tables and views of the session with their columns.
    pub fn temporary_tables(&self) -> Vec<(String, SchemaRef)> {
        let names = self.inner.temporary_names().into_iter();
        names.filter_map(|name| self.inner.kept(&name).map(|kept| (name, kept.table.schema()))).collect()
    }

    /// Reads where the years that an answer was made from come from.
    ///
    /// # Errors
    /// If a file of the workspace cannot be read any more.
    pub fn provenance(&self, trace: &Trace) -> Result<Vec<Provenance>> {
        let workspace = &self.inner.workspace;
        let read = |(dataset, year): &(String, i32)| {
            read_provenance(workspace, &workspace.year_file(dataset, *year))
        };
        trace.years().iter().map(read).collect()
    }

    pub(super) fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Reads a saved query of the workspace.
    ///
    /// # Errors
    /// If there is none of that name, or its header is wrong.
    pub fn read_query(&self, name: &str) -> Result<SavedQuery> {
        saved::read_query(&self.inner.workspace, name)
    }

    /// Reads a saved chart's file: a saved query whose text goes on with a VISUALISE clause.
    ///
    /// # Errors
    /// If the file cannot be read, or its header is wrong.
    pub fn read_chart(&self, name: &str) -> Result<SavedQuery> {
        let names = self.inner.workspace.charts()?;
        if !names.iter().any(|known| known == name) {
            return Err(saved::unknown_chart(name, &names));
        }
        let path = self.inner.workspace.chart_file(name);
        let shown = self.inner.workspace.display(&path);
        parse_saved_query(name, &shown, &read_text(&path, &shown)?)
    }

    /// Reads a check: a saved query whose rows are findings.
    ///
    /// # Errors
    /// If there is none of that name, or its header is wrong.
    pub fn read_check(&self, name: &str) -> Result<SavedQuery> {
        saved::read_check(&self.inner.workspace, name)
    }

    /// Finds what a parameter of a saved query is when nothing is given; `None` is no value.
    ///
    /// # Errors
    /// If a default in SQL does not give one value.
    pub async fn find_default(&self, query: &SavedQuery, parameter: &Parameter) -> Result<Option<String>> {
        saved::find_default(&self.inner, query, parameter).await
    }

    /// Runs the top-level common table expressions of a saved query that `wanted` names, for a chart
    /// whose layers draw them.
    ///
    /// # Errors
    /// As [`Engine::ask_saved`].
    pub async fn ask_parts(
        &self,
        query: &SavedQuery,
        length: usize,
        arguments: &saved::Arguments,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, Answer)>> {
        let text = query.text.get(..length).unwrap_or(&query.text);
        let script = Script::new(query.file.clone(), text);
        let mut parts = Vec::new();
        // Defaults in SQL run again below, which a query without parts need not wait for.
        if !statement::may_have_parts(text) {
            return Ok(parts);
        }
        let bindings = saved::bind(&self.inner, query, text, arguments).await?;
        for statement in script.statements() {
            let parsed = parse(&script, &statement, &bindings)?;
            let parsed = self.expand(parsed, &script, &statement).await?;
            for (name, part) in statement::split_parts(&parsed) {
                if wanted(&name) {
                    let answer = self.attempt(part, &Watch::default()).await;
                    let answer = answer.map_err(|error| fault::convert(error, &script, &statement))?;
                    parts.push((name, answer));
                }
            }
        }
        Ok(parts)
    }

    /// Runs the SQL of a saved query (`length` bytes of its text) with the given arguments.
    ///
    /// # Errors
    /// Faults of the arguments, of the header against the SQL, and of the SQL.
    pub async fn ask_saved(
        &self,
        query: &SavedQuery,
        length: usize,
        arguments: &saved::Arguments,
    ) -> Result<Answer> {
        self.ask_saved_watched(query, length, arguments, &Watch::default()).await
    }

    /// As [`Engine::ask_saved`]; `watch` tells how far it is.
    ///
    /// # Errors
    /// As [`Engine::ask_saved`].
    pub async fn ask_saved_watched(
        &self,
        query: &SavedQuery,
        length: usize,
        arguments: &saved::Arguments,
        watch: &Watch,
    ) -> Result<Answer> {
        let text = query.text.get(..length).unwrap_or(&query.text);
        let work = async {
            let bindings = saved::bind(&self.inner, query, text, arguments).await?;
            let script = Script::new(query.file.clone(), text);
            let statement = saved::only_statement(query, &script)?;
            let mut answer = self.run(&script, &statement, &bindings, watch).await?;
            saved::check_columns(query, &answer.schema)?;
            answer.trace.parameters = bindings.into_values(query);
            Ok(answer)
        };
        saved::share_defaults(work).await
    }

    /// Lists the parameters of a query that need a value and have none.
    pub fn missing_parameters<'q>(
        &self,
        query: &'q SavedQuery,
        given: &saved::Arguments,
    ) -> Vec<&'q Parameter> {
        let is_missing = |parameter: &&Parameter| {
            parameter.default.is_none() && !parameter.optional && given.get(&parameter.name).is_none()
        };
        query.parameters.iter().filter(is_missing).collect()
    }

    /// Lists the values that a parameter takes; none, if the query does not say.
    ///
    /// # Errors
    /// If they cannot be looked up.
    pub async fn choices(&self, query: &SavedQuery, parameter: &Parameter) -> Result<Vec<Choice>> {
        choices::list(&self.inner, query, parameter).await
    }

    /// Parses a value that was given for a parameter, and judges it by the choices.
    ///
    /// # Errors
    /// As [`Engine::ask_saved`] has them for a wrong argument.
    pub async fn judge_argument(&self, query: &SavedQuery, parameter: &Parameter, text: &str) -> Result<()> {
        choices::judge(&self.inner, query, parameter, text).await.map(drop)
    }

    /// Plans a saved query, to see whether it can run.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn check_query(&self, name: &str) -> Result<()> {
        saved::check_query(&self.inner, name).await
    }

    /// Returns the columns of a table that is named as after FROM.
    ///
    /// # Errors
    /// [`QueryFault::UnknownTable`] proposing the likely one, or why it cannot be used.
    pub async fn describe_table(&self, name: &str) -> Result<SchemaRef> {
        let state = self.context.state();
        let reference = TableReference::parse_str(name);
        let find = async {
            fault::check_relation(&state, &reference)?;
            state.schema_for_ref(reference.clone())?.table(reference.table()).await
        };
        match find.await.map_err(fault::describe)? {
            Some(table) => Ok(table.schema()),
            None => Err(fault::describe(fault::unknown_table(&state, None, &reference))),
        }
    }

    async fn run(
        &self,
        script: &Script,
        statement: &Statement,
        bindings: &Bindings,
        watch: &Watch,
    ) -> Result<Answer> {
        let parsed = parse(script, statement, bindings)?;
        let parsed = self.expand(parsed, script, statement).await?;
        self.run_parsed(&parsed, script, statement, watch).await
    }

    /// Keeps or forgets a temporary table or view; the answer has no columns, only what is to be said.
    async fn fulfil(
        &self,
        wish: Wish,
        script: &Script,
        statement: &Statement,
        watch: &Watch,
    ) -> Result<Answer> {
        let at = |error: Error| error.at_if_unplaced(|| fault::start_of(script, statement));
        let creation = match wish {
            Wish::Drop(removal) => {
                removal.fulfil(&self.inner).map_err(at)?;
                return Ok(Answer::said(QueryNotice::Forgotten { names: removal.names.join(", ") }));
            }
            Wish::Create(creation) => creation,
        };
        let name = creation.name.clone();
        if creation.check_name(&self.inner).map_err(at)?.is_break() {
            return Ok(Answer::said(QueryNotice::StillKept { name }));
        }
        let parsed = self.expand(creation.query, script, statement).await?;
        // A forecast's rows are computed by now, and what they were computed from must stay known.
        if creation.is_view && saved::noted().notices.is_empty() {
            let state = self.context.state();
            let plan = async {
                fault::check_relations(&state, &parsed)?;
                state.statement_to_plan(parsed).await
            };
            let plan = plan.await.map_err(|error| fault::convert(error, script, statement))?;
            let table = Arc::new(ViewTable::new(plan, Some(script.sql(statement).to_owned())));
            self.inner.keep(&name, KeptTable { table, notices: Vec::new(), sources: Vec::new() });
            return Ok(Answer::said(QueryNotice::KeptView { name }));
        }
        let answer = self.run_parsed(&parsed, script, statement, watch).await?;
        self.keep_rows(&name, &answer)?;
        let mut said = Answer::said(QueryNotice::Kept { name, rows: answer.row_count() });
        said.notices.extend(answer.notices);
        Ok(said)
    }

    async fn run_parsed(
        &self,
        parsed: &Parsed,
        script: &Script,
        statement: &Statement,
        watch: &Watch,
    ) -> Result<Answer> {
        #[cfg(feature = "cluster")]
        let mut gone = None;
        for _ in 0..PLANNING_ATTEMPTS {
            match self.attempt(parsed.clone(), watch).await {
                #[cfg(feature = "cluster")]
                Err(error) if elsewhere::find_gone(&error, &mut gone) => {}
                Err(error) if replaced(&error) => {}
                Err(error) => return Err(fault::convert(error, script, statement)),
                Ok(answer) => return Ok(answer),
            }
        }
        #[cfg(feature = "cluster")]
        if let Some(error) = gone {
            return Err(error);
        }
        Err(Error::new(QueryFault::KeepsChanging))
    }

    /// Replaces the calls of saved queries and of forecasts by what they give.
    async fn expand(&self, parsed: Parsed, script: &Script, statement: &Statement) -> Result<Parsed> {
        let parsed = Box::pin(expand_calls(&self.inner, parsed, script, statement)).await?;
        Box::pin(forecast::expand_forecasts(&self.inner, parsed, script, statement)).await
    }

    async fn attempt(&self, parsed: Parsed, watch: &Watch) -> datafusion::common::Result<Answer> {
        #[cfg(feature = "cluster")]
        if let Some(remote) = self.inner.workspace.remote() {
            remote.refresh().map_err(external)?;
        }
        let state = self.context.state();
        let is_ordered = statement::has_order(&parsed);
        fault::check_relations(&state, &parsed)?;
        let plan = state.statement_to_plan(parsed).await?;
        check_reading(&plan)?;
        let schema = Arc::clone(plan.schema().inner());
        let plan = state.optimize(&plan)?;
        let mut reading = Reading::default();
        if !matches!(plan, LogicalPlan::Explain(_)) {
            reading = notice::find_reading(&state, &self.inner, &plan)?;
            reading.join(saved::noted());
        }
        let plan = match &self.cache {
            Some(cache) => cache.apply(&state, &self.inner.workspace, plan).await?,
            None => plan,
        };
        let physical = state.query_planner().create_physical_plan(&plan, &state).await?;
        let schema = keep_metadata(&schema, &physical);
        let elsewhere = Box::pin(elsewhere::run(&state, &physical, watch)).await?;
        let batches = if let Some(batches) = elsewhere {
            batches
        } else {
            let physical = stop::make_stoppable(physical, watch.stop_sign())?;
            watch.follow(&physical);
            collect(physical, state.task_ctx()).await?
        };
        let trace = Trace { parameters: Vec::new(), sources: reading.sources };
        Ok(Answer { schema, batches, notices: reading.notices, is_ordered, trace, left_out: Vec::new() })
    }
}

/// The rows' types are the physical plan's, their titles and categories the logical one's.
fn keep_metadata(logical: &SchemaRef, physical: &Arc<dyn ExecutionPlan>) -> SchemaRef {
    let found = physical.schema();
    if found.fields().len() != logical.fields().len() {
        return found;
    }
    let fields: Vec<_> = found
        .fields()
        .iter()
        .zip(logical.fields())
        .map(|(found, logical)| found.as_ref().clone().with_metadata(logical.metadata().clone()))
        .collect();
    Arc::new(Schema::new(fields))
}

/// Reads the wish for a temporary table that a typed statement may be.
fn read_wish(script: &Script, statement: &Statement) -> Result<Option<Wish>> {
    let parsed = parse_one(script, statement)?;
    temporary::read_wish(&parsed).map_err(|error| error.at_if_unplaced(|| fault::start_of(script, statement)))
}

fn replaced(error: &datafusion::common::DataFusionError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<FileReplaced>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Parses the one statement of a saved query with its parameters bound.
pub(super) async fn parse_saved(
    inner: &Context,
    query: &SavedQuery,
    arguments: &saved::Arguments,
) -> Result<(Script, Statement, Parsed)> {
    let bindings = saved::bind(inner, query, &query.text, arguments).await?;
    let script = Script::new(query.file.clone(), query.text.clone());
    let statement = saved::only_statement(query, &script)?;
    let parsed = parse(&script, &statement, &bindings)?;
    Ok((script, statement, parsed))
}

/// Plans a saved query with the given arguments.
pub(super) async fn plan_saved(
    inner: &Context,
    query: &SavedQuery,
    arguments: &saved::Arguments,
) -> datafusion::common::Result<LogicalPlan> {
    let (script, statement, parsed) = parse_saved(inner, query, arguments).await.map_err(external)?;
    let parsed = expand_calls(inner, parsed, &script, &statement).await.map_err(external)?;
    let expanded = Box::pin(forecast::expand_forecasts(inner, parsed, &script, &statement)).await;
    let parsed = expanded.map_err(external)?;
    let state = inner.state()?;
    let planned = async {
        fault::check_relations(&state, &parsed)?;
        state.statement_to_plan(parsed).await
    };
    planned
        .await
        .and_then(|plan| {
            saved::check_columns(query, plan.schema().as_arrow()).map_err(external)?;
            describe_columns(plan, query)
        })
        .map_err(|error| external(fault::convert(error, &script, &statement)))
}

/// Gives the columns of a saved query what it declares of them.
fn describe_columns(plan: LogicalPlan, query: &SavedQuery) -> datafusion::common::Result<LogicalPlan> {
    let columns: Vec<Expr> = plan
        .schema()
        .iter()
        .map(|(qualifier, field)| {
            let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
            let declared = query.columns.iter().find(|declared| declared.name == *field.name());
            match declared {
                Some(declared) => {
                    let mut metadata = HashMap::from([(SPEC_KEY.to_owned(), declared.spec.clone())]);
                    if !declared.title.is_empty() {
                        metadata.insert(TITLE_KEY.to_owned(), declared.title.clone());
                    }
                    column.alias_with_metadata(field.name(), Some(FieldMetadata::from(metadata)))
                }
                None => column,
            }
        })
        .collect();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}
