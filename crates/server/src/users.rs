//! The people who use the dashboard, for the commands of the terminal and for pages.

use crate::app::App;
use std::sync::Arc;
use tollgate_domain::command::{Command, Stop};
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::UserId;
use tollgate_domain::list::{CreatedRange, ListQuery, PAGE_MAX};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::user::{ChangeUser, CreateFirstUser, CreateUser, DeleteUser, HOME, User, UserChange};
use tollgate_store::{ListError, StoreError};

impl App {
    /// Puts a person on file; nothing where the email is taken.
    pub async fn create_user(&self, command: CreateUser) -> Result<Option<Arc<User>>, StoreError> {
        Ok(self.run(HOME, command).await?.expect("putting a person on file refuses nothing"))
    }

    /// Puts the first person on file; nothing where there is one.
    pub(crate) async fn create_first_user(&self, command: CreateFirstUser) -> Result<Option<Arc<User>>, StoreError> {
        if !self.users().await?.is_empty() {
            return Ok(None);
        }
        Ok(self.run(HOME, command).await?.expect("putting a person on file refuses nothing"))
    }

    /// Changes something of a person; nothing where there is no such person any more.
    pub async fn change_user(&self, id: &UserId, change: UserChange) -> Result<Option<Arc<User>>, StoreError> {
        self.of_user(ChangeUser { id: id.clone(), change }).await
    }

    /// Takes a person off file; nothing where there is no such person.
    pub async fn delete_user(&self, id: &UserId) -> Result<Option<Arc<User>>, StoreError> {
        self.of_user(DeleteUser { id: id.clone() }).await
    }

    async fn of_user<C: Command<Reply = Arc<User>>>(&self, command: C) -> Result<Option<Arc<User>>, StoreError> {
        match self.run(HOME, command).await? {
            Ok(user) => Ok(Some(user)),
            Err(Refusal::NoSubject { .. }) => Ok(None),
            Err(refusal) => unreachable!("changing a person refuses nothing else, but got {refusal:?}"),
        }
    }

    /// The person with an email, as [`email`](tollgate_domain::user::email) writes it.
    pub async fn user(&self, email: &str) -> Result<Option<Arc<User>>, StoreError> {
        let mut facts = Facts::default();
        let mut reads: ReadSet = Key::holder(Field::UserEmail, email).into();
        loop {
            self.store.load(HOME, &reads, &mut facts).await?;
            let found = facts.holder(Field::UserEmail, email).and_then(|id| match id {
                Some(id) => facts.user(&id.into()),
                None => Ok(None),
            });
            match found {
                Ok(user) => return Ok(user),
                Err(Stop::Need(more)) => reads = more,
                Err(Stop::Refused(refusal)) => unreachable!("reading facts refuses nothing, but got {refusal:?}"),
            }
        }
    }

    /// The people there are, newest first, at most a hundred.
    pub async fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        let query = ListQuery {
            noun: Noun::User,
            filters: Vec::new(),
            created: CreatedRange::default(),
            cursor: None,
            limit: PAGE_MAX,
        };
        let page = match self.store.list(HOME, &query).await {
            Ok(page) => page,
            Err(ListError::NoSuchCursor) => return Ok(Vec::new()),
            Err(ListError::Store(error)) => return Err(error),
        };
        let users = page.items.into_iter().filter_map(|record| match record {
            Record::User(user) => Some(user),
            _ => None,
        });
        Ok(users.collect())
    }
}
